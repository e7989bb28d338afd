"""What the commands say when they cannot start: one line that names the key, exit code 2, nothing done."""

import os
from pathlib import Path
from zipfile import ZipFile

import click
import pytest
import typer.main
from typer.testing import CliRunner

from catchlight.home import Home
from flows.commands.catchlight import app
from tests.refreshed_company import Company, company_of_one


@pytest.fixture
def company(shared: Path, tmp_path: Path) -> Company:
    """Return a company of one person."""
    return company_of_one(shared, tmp_path)


def refused(company: Company, *arguments: str) -> str:
    """Run a refresh that must not start; return the one line that it says."""
    done = CliRunner().invoke(app, [*company.arguments()[3:], *arguments])
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert not (company.home / "runs").exists()
    lines = done.output.strip().splitlines()
    assert len(lines) == 1, done.output
    assert lines[0].startswith("catchlight: ")
    return lines[0]


def test_an_unknown_preset_is_told_with_those_there_are(company: Company) -> None:
    """A typing error in the preset lists the presets."""
    line = refused(company, "--preset", "huose")
    assert "preset 'huose'" in line
    assert "house" in line


def test_a_wrong_key_in_a_preset_file_is_named(company: Company, tmp_path: Path) -> None:
    """A preset of one's own with a value that cannot be names the key and what is accepted."""
    preset = tmp_path / "ours.toml"
    preset.write_text('title = "Ours"\n[crop]\nhead = 3.0\n', encoding="utf-8")
    assert "crop.head" in refused(company, "--preset", str(preset))


def test_an_unknown_engine_is_told_with_those_there_are(company: Company) -> None:
    """A typing error in the engine lists the engines."""
    line = refused(company, "--engine", "selfy")
    assert "engine" in line
    assert "selfie" in line


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nowhere", "no such folder; a job file ends in .toml"),
        ("directory.csv", "give the folder that holds the list and photos/, such as"),
        ("photos.zip", "unpack it, and give the folder with photos/"),
    ],
)
def test_a_source_that_is_no_folder_is_told(company: Company, source: str, says: str) -> None:
    """A folder that is not there, or a file, is named, with what to give."""
    with ZipFile(company.source / "photos.zip", "w") as packed:
        packed.writestr("photos/1.jpg", b"")
    path = company.source / source
    line = refused(company, "--source", str(path))
    assert f"--source {path}: {says}" in line


def test_an_id_that_nobody_has_is_told(company: Company) -> None:
    """A typing error in --only does not quietly refresh fewer people."""
    line = refused(company, "--only", f"{congress_id(company)},X999")
    assert "--only X999" in line


def congress_id(company: Company) -> str:
    """Return the id of the one person."""
    return (company.source / "directory.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]


def test_a_home_that_cannot_be_written_is_told(company: Company, tmp_path: Path) -> None:
    """A home below a file, or on a disk that cannot be written, is named."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    homes = [tmp_path / "file" / "home", Path("/proc/catchlight-home")]
    if os.geteuid():
        (tmp_path / "shut").mkdir(mode=0o500)
        homes.append(tmp_path / "shut" / "home")
    for home in homes:
        assert f"--home {home}" in refused(company, "--home", str(home))


def test_missing_model_files_are_told_with_the_command_that_fetches_them(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any photo is read, a missing model file is named with what to run."""
    monkeypatch.setenv("CATCHLIGHT_MODELS", str(tmp_path / "no-models"))
    line = refused(company)
    assert "no-models" in line
    assert "catchlight models fetch" in line
    assert not (company.home / "vault").exists()


def test_two_refreshes_in_one_home_do_not_run_at_once(company: Company) -> None:
    """While one is at work, another says so and does nothing."""
    with Home(company.home).alone():
        assert "another refresh is at work" in refused(company)
        assert "another refresh is at work" in refused(company, "--dry-run")


def commands() -> list[tuple[str, click.Command]]:
    """Return every command with its words."""
    found: list[tuple[str, click.Command]] = []
    todo = [((), typer.main.get_command(app))]
    while todo:
        words, command = todo.pop()
        found.append((" ".join(words), command))
        todo += [((*words, name), sub) for name, sub in getattr(command, "commands", {}).items()]
    return found


@pytest.mark.parametrize("words", [words for words, _ in commands()])
def test_help_of_every_command_teaches(words: str) -> None:
    """Each command says what it does, and each of its options what it is for."""
    command = dict(commands())[words]
    done = CliRunner().invoke(app, [*words.split(), "--help"])
    assert done.exit_code == 0
    assert len((command.help or "").strip()) > 15
    for option in command.params:
        help_text = getattr(option, "help", None)
        assert help_text, f"{words} {option.name} has no help"

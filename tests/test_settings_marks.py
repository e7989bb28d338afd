"""Settings and lists as Windows' editors write them, and keys and numbers that cannot be meant."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.config import load_preset
from catchlight.errors import ConfigError
from catchlight.job_file import read_toml
from catchlight.policy import load_policy
from catchlight.publish_crops import usual_sizes
from connectors import folder
from flows.commands.catchlight import app
from flows.destinations import destinations
from tests.published_company import make_company

MARK = "\ufeff"


def preset(root: Path, text: str) -> str:
    """Write a preset of one's own."""
    file = root / "ours.toml"
    file.write_text(f'{MARK}title = "Ours"\n{text}', encoding="utf-8")
    return str(file)


def test_a_mark_before_the_first_key_is_no_mistake(tmp_path: Path) -> None:
    """Editors of Windows write it; every settings file is read with it."""
    assert load_preset(preset(tmp_path, "")).title == "Ours"
    for name, text in {
        "review.toml": 'company = "Example AG"\n',
        "destinations.toml": '[wall]\nkind = "folder"\nroot = "/srv/wall"\n',
        "job.toml": '[sources.hr]\nkind = "folder"\nroot = "/srv/hr"\n',
    }.items():
        (tmp_path / name).write_text(f"{MARK}{text}", encoding="utf-8")
    assert load_policy(tmp_path).company == "Example AG"
    assert set(destinations(tmp_path)) == {"wall"}
    assert set(read_toml(tmp_path / "job.toml")) == {"sources"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[crop]\nhead = 0.7\neye_line = 0.9\n", "eye_line 0.9 with head 0.7 leaves no room for the chin; at most 0.72"),
        ("[delivery]\nsizes = [0]\n", "delivery.sizes.0: 0: has to be at least 96"),
        ("[delivery]\nsizes = [400, -5]\n", "delivery.sizes.1: -5: has to be at least 96"),
        ("[delivery]\nsizes = [100000]\n", "delivery.sizes.0: 100000: has to be at most 7680"),
        ("[delivery]\nsizes = []\n", "delivery.sizes"),
    ],
)  # fmt: skip
def test_numbers_that_no_portrait_could_have_are_refused(tmp_path: Path, text: str, says: str) -> None:
    """By the key, before anything is made."""
    done = CliRunner().invoke(app, ["preset", "check", preset(tmp_path, text)])
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())


def test_the_sizes_of_a_preset_are_those_that_are_published(tmp_path: Path) -> None:
    """Where neither the command nor the destination names any."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1"}))
    run = company.home / "runs/r1"
    assert usual_sizes(company.home, run)[0] == "2048"
    named = preset(tmp_path, "[delivery]\nsizes = [400, 96]\n")
    (run / "run.json").write_text('{"preset": {"name": "ours"}, "counts": {}}', encoding="utf-8")
    (company.home / "ledger/r1").mkdir(parents=True)
    (company.home / "ledger/r1/plan.json").write_text(
        f'{{"job": {{"source": "/x", "home": "/x", "preset": "{named}"}}}}', encoding="utf-8"
    )
    planned = ["publish", "plan", "--to", str(company.out), "--home", str(company.home)]
    done = CliRunner().invoke(app, planned)
    assert "sizes 400, 96" in done.output, done.output


def test_what_to_do_next_can_be_pasted(tmp_path: Path) -> None:
    """A home with a blank and a hash in its name stays one word."""
    root = tmp_path / "h1 ü#"
    root.mkdir()
    company = make_company(root)
    company.answer(company.run("r1", {"a": "1"}))
    done = CliRunner().invoke(app, ["publish", "plan", "--to", str(company.out), "--home", str(company.home)])
    assert f"Next: catchlight publish apply --home '{company.home}' --plan '{company.home}/" in done.output


def test_two_tables_of_one_place_are_refused(tmp_path: Path) -> None:
    """Only one of them would ever be followed: the plan of the other is out of date for ever."""
    (tmp_path / "out").mkdir()
    root = tmp_path / "out"
    text = (
        f'[a]\nkind = "folder"\nroot = "{root}"\n[b]\nkind = "folder"\nroot = "{root}/."\nconsent = "chat"\n'
    )
    (tmp_path / "destinations.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"a and b are one place, folder:{root}; let one table name it"):
        destinations(tmp_path)


def test_a_key_that_there_is_not_is_told_with_all_that_there_are(tmp_path: Path) -> None:
    """Those of every kind of destination and source, too."""
    (tmp_path / "destinations.toml").write_text(
        '[a]\nkind = "folder"\nroot = "/x"\nfoo = 1\n', encoding="utf-8"
    )
    with pytest.raises(
        ConfigError,
        match=r"a\.foo: there is no such key; there are: root, photo_names, file_mode, kind, sizes, con",
    ):
        destinations(tmp_path)
    job = tmp_path / "job.toml"
    job.write_text('[sources.hr]\nkind = "folder"\nroot = "/x"\nfoo = 1\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["refresh", "--source", str(job), "--home", str(tmp_path / "home")])
    assert "there are: root, photo_names, photos, kind, join, adds, at_most_fewer" in " ".join(
        done.output.split()
    )


def test_a_photo_that_stands_in_a_cell_is_told_as_what_it_is(tmp_path: Path) -> None:
    """However long: no quotation mark is missing, and the sentence does not repeat all of it."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/1.jpg").write_bytes(b"jpeg")
    rows = f"id,photo,badge\n1,,{'A' * 200_000}\n2,/9j/{'B' * 300_000},\n"
    (tmp_path / "directory.csv").write_text(rows, encoding="utf-8")
    found = folder.read(folder.Settings(root=tmp_path))
    assert [one.file for one in found.photos] == ["photos/1.jpg"]
    (told,) = [one.sentence for one in found.findings if one.kind == "bad_path"]
    assert "only a path inside the folder is taken" in told
    assert len(told) < 300

"""What people read when they begin: each sentence names what they gave, and what to write instead."""

from pathlib import Path

import pytest
import stamina
from typer.testing import CliRunner

from catchlight.errors import ConfigError, OutsideError
from catchlight.workplace import Workplace
from connectors._retries import speak
from flows.commands import refresh as command
from flows.commands.catchlight import app
from flows.destinations import destinations


def said(*words: str) -> str:
    """Run a command that must not start; return what it says."""
    done = CliRunner().invoke(app, [*words])
    assert done.exit_code == 2, done.output
    return done.output


def test_a_colour_is_asked_for_as_it_is_written(tmp_path: Path) -> None:
    """A name of a colour is none; the sentence shows how one is written."""
    (tmp_path / "ours.toml").write_text('title = "x"\n[background]\ncolour = "grey"\n', encoding="utf-8")
    line = said("preset", "check", str(tmp_path / "ours.toml"))
    assert 'background.colour: \'grey\': write a colour as "#rrggbb", such as "#e6e8eb"' in line


def test_a_destination_without_a_folder_is_asked_for_that(tmp_path: Path) -> None:
    """Not for a source's list and photos."""
    (tmp_path / "destinations.toml").write_text('[intranet]\nkind = "folder"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"root: missing; add it: the folder that is published to"):
        destinations(tmp_path)


def test_a_source_without_a_folder_is_asked_for_that(tmp_path: Path) -> None:
    """With what lies in it."""
    (tmp_path / "job.toml").write_text('[sources.people]\nkind = "folder"\n', encoding="utf-8")
    line = said("refresh", "--source", str(tmp_path / "job.toml"), "--home", str(tmp_path / "home"))
    assert "root: missing; add it: the folder with directory.csv (or .xlsx) and photos/" in line


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_a_job_file_that_is_not_there_is_called_one(command: str, tmp_path: Path) -> None:
    """Nobody gave a --source."""
    line = said(command, "--job", str(tmp_path / "nojob.toml"), "--home", str(tmp_path / "home"))
    assert f"job file {tmp_path / 'nojob.toml'}: cannot be read" in line.replace("\n", "")
    assert "--source" not in line


def test_a_cluster_without_a_runner_is_told_by_its_option() -> None:
    """``run.address`` stands in job files; the command has --cluster."""
    with pytest.raises(ConfigError, match=r"--cluster tcp://one: .* --runner dask or --runner ray"):
        Workplace().instead("", "tcp://one")


def test_a_run_without_figures_has_no_line_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody accepted: no line that is a full stop."""
    counts = dict.fromkeys(("people", "accept", "review", "retake", "rendered", "reused", "unusable"), 0)
    (tmp_path / "run.json").write_text(
        f'{{"counts": {str(counts).replace(chr(39), chr(34))}, "consistency": [], "findings": []}}',
        encoding="utf-8",
    )
    command.tell(tmp_path)
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) < 2] == []


@stamina.retry(on=OutsideError, attempts=4)
def ask() -> None:
    """Ask a server that never answers."""
    message = "ldap://dc.example: connection refused"
    raise OutsideError(message)


def test_a_call_that_is_tried_again_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    """One line: what did not answer, and when it is tried again."""
    speak()  # as loading a connector does; tests of some listen to retries themselves
    with stamina.set_testing(testing=True, attempts=4), pytest.raises(OutsideError):
        ask()
    told = [record.getMessage() for record in caplog.records]
    assert told == ["ldap://dc.example: connection refused; it is tried again in 0.0 s, and a few times more"]

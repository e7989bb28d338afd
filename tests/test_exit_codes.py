"""Exit codes: 2 is for whoever must act (nothing came of it), 1 for whoever looks at what is left."""

import errno
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from catchlight.errors import ConfigError, OutsideError, PhotoError
from flows.commands.catchlight import app
from flows.terminal import told

ENDS = [
    ConfigError("--home: no such folder"),
    OutsideError("the directory does not answer"),
    PhotoError("photo.truncated", "the file ends too early"),
    OSError(errno.ENOSPC, "No space left on device", "/srv/home"),
    OSError(errno.EACCES, "Permission denied", "/srv/home"),
]


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
def test_a_command_that_does_not_come_to_its_end_is_2(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever ended it, one sentence says so."""
    with pytest.raises(typer.Exit) as ended, told():
        raise error
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err.startswith("catchlight: ")


def test_a_source_that_does_not_answer_is_2(tmp_path: Path) -> None:
    """The HR system is down: not the same to monitoring as one bad photo."""
    job = tmp_path / "job.toml"
    job.write_text(
        '[sources.hr]\nkind = "http_table"\nurl = "http://127.0.0.1:9"\npath = "/people"\nitems = "people"\nkey = "id"\n'
        'fields = { employee_number = "id", email = "email" }\n',
        encoding="utf-8",
    )
    done = CliRunner().invoke(app, ["refresh", "--source", str(job), "--home", str(tmp_path / "home")])
    assert done.exit_code == 2, done.output
    assert "127.0.0.1:9" in done.output

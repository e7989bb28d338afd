"""An erasure that cannot begin deletes nothing."""

from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.tombstones import folders
from flows.commands.people import app

GONE = "E10001"


def _erase(home: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["erase", GONE, "--home", str(home), "--yes"])
    return done.exit_code, done.output


def test_whoever_cannot_be_noted_as_erased_is_not_erased(tmp_path: Path) -> None:
    """Without the list they would come back with the next one, and their refusal would be forgotten."""
    home = tmp_path / "home"
    home.mkdir()
    with closing(open_register(home)) as register:
        register.decide([Decision(GONE, "p1", Answer.REFUSE, GONE, now())])
        for folder in folders(home):
            folder.write_text("in the way of a folder")
        code, said = _erase(home)
        assert (code, "nothing of them was deleted" in said, "Erased" in said) == (1, True, False), said
        assert [one.answer for one in register.decisions(GONE)] == [Answer.REFUSE]
        for folder in folders(home):
            folder.unlink()
        assert _erase(home)[0] == 0
        assert register.decisions(GONE) == []

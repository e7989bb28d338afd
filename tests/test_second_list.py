"""The second list of who was erased, beside the home: where it cannot be kept, that is told before anybody is erased."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.checkup import State
from catchlight.checkup_home import look_at_home
from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from catchlight.tombstones import add_tombstones, read_tombstones, unkept
from flows.commands.people import app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one person's answer, and a second list that lies where nobody can write."""
    made = tmp_path / "home"
    (made / "runs").mkdir(parents=True)
    (tmp_path / "file").touch()
    (made / "trust.toml").write_text(f'tombstones = "{tmp_path / "file/erased"}"\n', encoding="utf-8")
    register = open_register(made)
    register.decide([Decision("p1", "", Answer.KEEP, "p1", "2026-11-20T10:00:00+00:00")])
    register.close()
    return made


def test_it_is_told_before_anybody_is_erased(home: Path) -> None:
    """By the doctor and by a dry run, with the folder to make; nothing is written for it."""
    (found,) = [one for one in look_at_home(home) if one.what == "Erasing"]
    assert (found.state, str(home.parent / "file/erased") in found.remedy) == (State.WARN, True)
    done = CliRunner().invoke(app, ["erase", "p1", "--dry-run", "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "A restored backup would bring them back" in done.output
    assert str(home.parent / "file/erased") in done.output
    (home / "trust.toml").unlink()
    assert not unkept(home)
    assert not (home.parent / "home.erased").exists()


def test_a_second_list_that_is_made_later_holds_everybody(home: Path) -> None:
    """Who was erased before it could be kept is in it with the next one, and still when the home's own list is gone."""
    add_tombstones(home, [("id", "p1")], "2026-11-20T10:00:00+00:00")
    (home / "trust.toml").unlink()
    add_tombstones(home, [("id", "p2")], "2026-11-21T10:00:00+00:00")
    for file in (home / "erased").iterdir():
        file.unlink()
    stones = read_tombstones(home)
    assert [stones.has("id", one) for one in ("p1", "p2", "p3")] == [True, True, False]

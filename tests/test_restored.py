"""A home that was put back from a backup does not know who took their yes back since: it publishes nobody until that is looked through."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import backup
from catchlight.checkup import Finding, State
from catchlight.checkup_home import look_at_home
from catchlight.closing import close
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.policy import load_policy
from catchlight.records import Answer
from flows.commands.catchlight import app
from tests.published_company import Company, make_company

RUN = "20261101-100000"


@pytest.fixture
def aside(tmp_path: Path) -> backup.Backup:
    """Return a backup of a company that published two people."""
    made = make_company(tmp_path)
    made.answer(made.run(RUN, {"a": "one", "b": "two"}))
    made.publish(RUN, ("96",))
    return backup.make(made.home, tmp_path / "aside")


@pytest.fixture
def company(aside: backup.Backup, tmp_path: Path) -> Company:
    """Return that company after one of them refused and was taken off; then the disk of its home failed."""
    made = Company(Path(aside.facts["home"]), tmp_path / "out")
    made.answer({"a": ""}, Answer.REFUSE)
    made.publish(RUN, ("96",))
    assert list(made.files()) == ["96/b.jpg"]
    shutil.rmtree(made.home)
    return made


def _by_the_command(aside: backup.Backup, home: Path) -> None:
    done = CliRunner().invoke(app, ["backup", "restore", str(aside.folder), "--home", str(home)])
    assert (done.exit_code, "catchlight audit accept" in " ".join(done.output.split())) == (0, True)


def _by_hand(aside: backup.Backup, home: Path) -> None:
    shutil.copytree(aside.folder, home, symlinks=True)
    (home / "runs/latest").symlink_to(RUN)


def _accept(company: Company) -> int:
    return CliRunner().invoke(app, ["audit", "accept", "disk failed", "--home", str(company.home)]).exit_code


def _told(company: Company) -> Finding:
    (found,) = [one for one in look_at_home(company.home) if one.what == "Restore"]
    return found


@pytest.mark.parametrize("put_back", [_by_the_command, _by_hand])
def test_nobody_is_published_from_a_home_that_was_put_back_until_somebody_accepts_it(
    company: Company, aside: backup.Backup, put_back: Callable[[backup.Backup, Path], None]
) -> None:
    """Who refused meanwhile would be shown again; the doctor says so, and it is accepted once, in the log."""
    put_back(aside, company.home)
    assert _told(company).state == State.FAIL
    with pytest.raises(ConfigError, match="put back from a backup of 20"):
        company.publish(RUN, ("96",))
    assert list(company.files()) == ["96/b.jpg"]
    with pytest.raises(ConfigError, match="nobody's silence was counted"):
        close(company.home, open_register(company.home), load_policy(company.home))
    company.answer({"a": ""}, Answer.REFUSE)
    assert [_accept(company), _accept(company)] == [0, 2]
    assert _told(company).state == State.OK
    company.publish(RUN, ("96",))
    assert list(company.files()) == ["96/b.jpg"]


def test_a_backup_of_a_home_that_was_put_back_and_not_accepted_stays_one_that_was(
    company: Company, aside: backup.Backup, tmp_path: Path
) -> None:
    """It can be put back, and does not forget; after that it is accepted, a backup of it is as any other."""
    _by_hand(aside, company.home)
    again = tmp_path / "again"
    backup.restore(backup.make(company.home, tmp_path / "second"), again)
    assert _told(Company(again, company.out)).state == State.FAIL
    assert _accept(Company(again, company.out)) == 0
    assert open_register(again).decisions("a")


def test_a_home_that_nobody_put_back_publishes(tmp_path: Path) -> None:
    """There is nothing to accept."""
    made = make_company(tmp_path)
    made.answer(made.run(RUN, {"a": "one"}))
    assert made.publish(RUN, ("96",))
    assert _accept(made) == 2


def test_a_plan_says_that_it_cannot_be_applied_yet(company: Company, aside: backup.Backup) -> None:
    """What to do first stands below it, and apply is no next step before that."""
    _by_hand(aside, company.home)
    command = ["publish", "plan", "--to", str(company.out), "--sizes", "96", "--home", str(company.home)]
    said = " ".join(CliRunner().invoke(app, command).output.split())
    assert "apply would publish nothing of this: this home was put back from a backup" in said
    assert "catchlight audit accept" in said
    assert "Next: " not in said
    assert _accept(company) == 0
    said = CliRunner().invoke(app, command).output
    assert "Next: " in said
    assert "put back" not in said

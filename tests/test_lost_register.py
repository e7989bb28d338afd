"""A register that is gone or empty is no new one where there was another: nothing starts without the answers in it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from catchlight import backup
from catchlight.audit_check import head_of, verify
from catchlight.audit_settings import seal_of
from catchlight.checkup import State
from catchlight.checkup_home import look_at_home
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.permission import read_permissions
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.register_probe import is_readable
from flows.commands.catchlight import app
from tests.postgresql_server import database
from tests.published_company import Company, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which somebody said no."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {"p1": "one"}), Answer.REFUSE)
    return company


def _gone(home: Path) -> None:
    for file in home.glob("register.db*"):
        file.unlink()


def _empty(home: Path) -> None:
    _gone(home)
    (home / "register.db").touch()


@pytest.mark.parametrize("lose", [_gone, _empty])
@pytest.mark.parametrize(
    "ask", [open_register, read_permissions, lambda home: backup.make(home, home.parent / "aside")]
)
def test_nothing_begins_without_the_answers(
    lose: Callable[[Path], None], ask: Callable[[Path], object], company: Company
) -> None:
    """Whoever said no would be developed, and a backup would put aside an empty register."""
    lose(company.home)
    before = sorted(company.home.iterdir())
    with pytest.raises(ConfigError, match="is lost"):
        ask(company.home)
    assert sorted(company.home.iterdir()) == before
    assert not is_readable(company.home)


@pytest.mark.parametrize("lose", [_gone, _empty])
def test_the_checkup_tells(lose: Callable[[Path], None], company: Company) -> None:
    """It fails, with what to do, and makes nothing."""
    lose(company.home)
    (found,) = [one for one in look_at_home(company.home) if one.what == "Register"]
    assert (found.state, "catchlight backup restore" in found.said) == (State.FAIL, True)


def test_an_older_register_is_told_by_the_checkup(company: Company) -> None:
    """Its log ends before the head that was kept beside it."""
    old = (company.home / "register.db").read_bytes()
    register = open_register(company.home)
    register.decide([Decision("p2", "", Answer.KEEP, "p2", now())])
    register.close()
    _gone(company.home)
    (company.home / "register.db").write_bytes(old)
    (found,) = [one for one in look_at_home(company.home) if one.what == "Audit log"]
    assert (found.state, "cut off" in found.said) == (State.FAIL, True)


def test_who_has_no_backup_begins_anew_at_their_word(company: Company) -> None:
    """The new log says how many lines are missing, and why; it is whole."""
    _gone(company.home)
    done = CliRunner().invoke(app, ["audit", "accept", "the disk broke", "--home", str(company.home)])
    assert done.exit_code == 0, done.output
    register = open_register(company.home)
    assert register.decisions() == []
    assert verify(register, seal_of(company.home)).problems == ()
    assert head_of(register).lines >= 2
    register.close()


def test_an_empty_database_is_no_new_register_either(company: Company, postgresql_server: str) -> None:
    """An address that names another database is found out in the same words."""
    with database(postgresql_server, uuid4().hex) as other:
        address = company.home / "secrets/register.url"
        address.touch(0o600)
        address.write_text(other, encoding="utf-8")
        with pytest.raises(ConfigError, match="is lost"):
            open_register(company.home)

"""Rolling back a run brings nobody's earlier portrait back who said no since: then it is what was there before any of ours."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import PAGE, Consent, Word
from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.rollback import foresee, rollback
from catchlight.withdrawals import withdrawn
from flows.commands.publish import app
from tests.published_company import Company, codes, make_company, portrait

PEOPLE = "abc"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company that published two years' portraits in the place of photos of people's own."""
    made = make_company(tmp_path)
    made.had_own("ab")
    for run in ("r1", "r2"):
        made.answer(made.run(run, {id_: run + id_ for id_ in PEOPLE}))
        made.publish(sizes=("96",))
    return made


def former(company: Company) -> dict[str, bytes]:
    """Return what stood there after the first year."""
    vault = company.desk().vault
    stacks = [one for one in company.desk().register.receipts() if one.state == "done" and one.run == "r1"]
    return {one.target: vault.get(one.sent) for one in stacks if one.employee}


def _refuses(company: Company, picture: str) -> None:
    company.answer({"a": picture}, Answer.REFUSE)


def _keeps(company: Company, picture: str) -> None:
    company.answer({"a": picture}, Answer.KEEP)


def _unticks(company: Company, _: str) -> None:
    said = Consent("a", "intranet", Word.WITHDRAWN, "a", now(), source=PAGE)
    open_register(company.home).add([said])


def _had_refused_the_first(company: Company, picture: str) -> None:
    """Say no to all, and yes to the second one alone."""
    _refuses(company, picture)
    company.answer({"a": picture})


@pytest.mark.parametrize("no", [_refuses, _keeps, _unticks, _had_refused_the_first])
def test_the_earlier_portrait_of_who_said_no_does_not_come_back(
    company: Company, no: Callable[[Company, str], None]
) -> None:
    """What was there before us does, as after a withdrawal; everybody else has last year's again, and it is said why."""
    before = former(company)
    picture = open_register(company.home).decisions("a")[-1].picture
    no(company, picture)
    assert codes(foresee(company.desk(), "r2")) == {"to be taken off": 1, "to restore": 2}
    done = rollback(company.desk(), "r2")
    assert codes(done) == {"taken off": 1, "restored": 2, "listed": 1}
    (off,) = [one for one in done if one.code == "taken off"]
    assert (off.employee, "before any portrait of ours" in off.sentence) == ("a", True)
    assert company.files() == before | {"96/a.jpg": portrait("own a", 96, 96)}
    assert not withdrawn(company.desk(), 24)


def test_the_command_says_so_and_ends_well(company: Company) -> None:
    """How many, for whom, and why; who had nothing before us has nothing."""
    open_register(company.home).add([Decision("c", "", Answer.REFUSE, "c", now(), source=PAGE)])
    done = CliRunner().invoke(app, ["rollback", "--run", "r2", "--yes", "--home", str(company.home)])
    said = " ".join(done.output.split())
    assert (done.exit_code, "1 taken off" in said, "c 96/c.jpg: refused; so it is" in said) == (0, True, True)
    assert company.files().keys() == {"96/a.jpg", "96/b.jpg"}


def test_a_yes_to_both_brings_the_first_one_back(company: Company) -> None:
    """Nobody said no."""
    before = former(company)
    assert codes(rollback(company.desk(), "r2")) == {"restored": 3, "listed": 1}
    assert company.files() == before

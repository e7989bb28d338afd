"""Whom the audit log tells of cannot be exchanged, nor forgotten, behind its back."""

import sqlite3
from pathlib import Path

import pytest

from catchlight.audit import Act, AuditLine
from catchlight.audit_check import verify
from catchlight.audit_reading import entries
from catchlight.audit_settings import seal_of
from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from catchlight.traces import Traces
from catchlight.unwriting import unwrite


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home in which HR looked at two people, and each of them answered."""
    register = open_register(tmp_path)
    for who in ("ada", "bob"):
        register.tell(Act.VIEW, "hr", who)
        register.decide([Decision(who, "p", Answer.APPROVE, who, now())])
    register.close()
    return tmp_path


def edit(home: Path, *statements: str) -> None:
    """Change the register behind its back."""
    with sqlite3.connect(home / "register.db") as direct:
        for statement in statements:
            assert direct.execute(statement).rowcount


def problems(home: Path) -> tuple[str, ...]:
    """Return what verifying finds."""
    return verify(open_register(home), seal_of(home)).problems


def erase(home: Path, who: str, *, told: bool = True) -> None:
    """Let somebody be forgotten, as this version does it, or as those did that did not tell whom."""
    register = open_register(home)
    if told:
        unwrite(home, register, Traces(who, frozenset({who})))
    else:
        with register.alone() as store:
            store.remove(Decision, employee=who)
        edit(home, f"DELETE FROM auditnames WHERE name = '{who}'")  # noqa: S608
    register.tell(Act.ERASE, "it")
    register.close()


def test_names_that_were_exchanged_are_found_and_not_shown(home: Path) -> None:
    """Ada's lines are never told as Bob's."""
    assert problems(home) == ()
    edit(
        home,
        "UPDATE auditnames SET name = 'x' WHERE name = 'ada'",
        "UPDATE auditnames SET name = 'ada' WHERE name = 'bob'",
        "UPDATE auditnames SET name = 'bob' WHERE name = 'x'",
    )
    found = problems(home)
    assert len(found) == 2
    assert all("was given another name" in one for one in found)
    told = list(entries(open_register(home), seal_of(home), person="ada"))
    assert len(told) == 2
    assert {one.person[0] for one in told} == {"#"}


def test_names_that_were_taken_out_are_found_where_nobody_was_erased(home: Path) -> None:
    """All three references, each with the last line that tells of it."""
    edit(home, "DELETE FROM auditnames WHERE name IN ('ada', 'bob', 'hr')")
    found = problems(home)
    assert len(found) == 3
    assert all("has no name any more" in one for one in found)


def test_whoever_was_erased_is_missed_by_nobody(home: Path) -> None:
    """Their name is gone, which a line tells; that of another, taken out beside it, is found."""
    erase(home, "ada")
    assert problems(home) == ()
    assert open_register(home).rows(AuditLine, act=Act.FORGOTTEN.value)
    edit(home, "DELETE FROM auditnames WHERE name = 'bob'")
    (found,) = problems(home)
    assert seal_of(home).reference("bob") in found


def test_whoever_came_back_has_a_name_again(home: Path) -> None:
    """What they do after their erasure is theirs, and their name is needed again."""
    erase(home, "ada")
    register: Register = open_register(home)
    register.tell(Act.VIEW, "hr", "ada")
    register.close()
    assert problems(home) == ()
    edit(home, "DELETE FROM auditnames WHERE name = 'ada'")
    assert len(problems(home)) == 1


def test_an_erasure_by_an_earlier_version_is_no_finding(home: Path) -> None:
    """It did not tell whom it forgot: who was named before it is not missed, whoever was named after it is."""
    erase(home, "ada", told=False)
    assert problems(home) == ()
    register = open_register(home)
    register.tell(Act.VIEW, "hr", "eve")
    register.close()
    edit(home, "DELETE FROM auditnames WHERE name = 'eve'")
    assert len(problems(home)) == 1

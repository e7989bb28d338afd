"""Which word of somebody is the last is as the audit log tells it: rows that were put in another order are found."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from catchlight import unwriting
from catchlight.audit import Seal
from catchlight.audit_check import verify
from catchlight.consents import Consent
from catchlight.records import Answer, Decision, PlanYes, Receipt
from catchlight.register import Register, now
from catchlight.traces import Traces
from tests.postgresql_server import database


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where a register can be, in each database that there is."""
    if request.param == "sqlite":
        yield str(tmp_path / "register.db")
        return
    with database(request.getfixturevalue("postgresql_server"), uuid4().hex) as address:
        yield address


@pytest.fixture
def register(where: str, tmp_path: Path) -> Register:
    """Return a register in which somebody granted and then withdrew, between the answers of others."""
    register = Register(where, Seal(tmp_path / "audit.key"))
    register.decide([Decision("bob", "p", Answer.APPROVE, "bob", now())])
    for word in ("granted", "withdrawn"):
        register.add([Consent("ada", "intranet", word, "ada", now())])
    register.decide([Decision("eve", "p", Answer.APPROVE, "eve", now())])
    return register


def edit(where: str, statement: str) -> None:
    """Change the register behind its back."""
    url = where if "://" in where else f"sqlite:///{where}"
    engine = sa.create_engine(url)
    with engine.begin() as direct:
        assert direct.execute(sa.text(statement)).rowcount
    engine.dispose()


def act(where: str, statement: str) -> None:
    """Change what the database does behind the register's back."""
    engine = sa.create_engine(where if "://" in where else f"sqlite:///{where}")
    with engine.begin() as direct:
        direct.execute(sa.text(statement))
    engine.dispose()


def problems(register: Register) -> tuple[str, ...]:
    """Return what verifying finds."""
    assert register.seal
    return verify(register, register.seal).problems


def test_a_withdrawal_that_was_put_before_its_yes_is_found(where: str, register: Register) -> None:
    """Nothing was changed but the number of a row; both are named, with the lines that tell of them."""
    assert problems(register) == ()
    edit(where, "UPDATE consents SET row = row + 1000 WHERE word = 'granted'")
    (found,) = problems(register)
    assert found.startswith("rows 2 and 1001 of consents were put in another order")
    assert found.endswith("it tells of them in lines 4 and 3")


@pytest.mark.parametrize("number", [0, -1, -(2**31)])
def test_a_row_whose_number_is_below_ours_is_found(where: str, register: Register, number: int) -> None:
    """Somebody's yes that was put before all others counts, so the log that does not tell of it finds it."""
    fields = "'mallory', 'p', 'approve', 'mallory', '2026-11-01T00:00:00+00:00'"
    edit(where, f"INSERT INTO decisions (row, employee, picture, answer, by, at) VALUES ({number}, {fields})")  # noqa: S608
    assert [one.answer for one in register.decisions("mallory")] == ["approve"]
    assert problems(register) == (f"row {number} of decisions was changed or added behind the log's back",)


def test_only_where_the_order_breaks_is_told(where: str, register: Register) -> None:
    """One answer of many that was put last is one finding, not one for each of the others."""
    register.decide(Decision(f"e{number}", "p", Answer.KEEP, "e", now()) for number in range(50))
    edit(where, "UPDATE decisions SET row = 1000 WHERE employee = 'eve'")
    (found,) = problems(register)
    assert found.startswith("rows 52 and 1000 of decisions")


def test_an_erasure_and_what_is_rewritten_for_it_keep_the_order(register: Register, tmp_path: Path) -> None:
    """Rows go, others tell less where they stand, and one of them becomes the same as another."""
    register.add([PlanYes("plan", by, now()) for by in ("ada", "bob", "eve")])
    register.note(Receipt("web", who, "list.json", "a", "", "sent", now()) for who in ("", "bob", ""))
    for who in ("ada", "eve"):
        register.decide([Decision("bob", "p", Answer.KEEP, who, now(), side="brand")])
        unwriting.unwrite(tmp_path, register, Traces(who, frozenset({who}), frozenset()))
        assert problems(register) == ()


def test_rows_of_before_the_log_and_those_after_have_one_order(where: str, tmp_path: Path) -> None:
    """A log that begins later tells of what was there in its order, kind by kind."""
    Register(where).decide(Decision(who, "p", Answer.KEEP, who, now()) for who in "abc")
    Register(where).add([Consent("a", "intranet", "granted", "a", now())])
    register = Register(where, Seal(tmp_path / "audit.key"))
    register.decide([Decision("d", "p", Answer.KEEP, "d", now())])
    assert problems(register) == ()
    edit(where, "UPDATE decisions SET row = 77 WHERE employee = 'b'")
    assert "rows 4 and 77 of decisions" in problems(register)[0]


def test_the_same_row_twice_is_told_of_twice(tmp_path: Path) -> None:
    """Two receipts that say the same can stand at any two places, as long as nothing else moved."""
    register = Register(tmp_path / "register.db", Seal(tmp_path / "audit.key"))
    same, other = (Receipt("web", who, "t", "a", "", "sent", "2026-11-01T10:00:00") for who in ("x", "y"))
    register.note([same, other, same])
    assert problems(register) == ()
    with sqlite3.connect(tmp_path / "register.db") as direct:
        direct.execute("UPDATE receipts SET row = 9 WHERE row = 1")
    assert len(problems(register)) == 1


TRIGGERS = {
    "sqlite": ["CREATE TRIGGER quiet BEFORE INSERT ON decisions WHEN new.answer = 'keep' BEGIN SELECT RAISE(IGNORE); END"],
    "postgresql": [
        "CREATE FUNCTION hush() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql",
        "CREATE TRIGGER quiet BEFORE INSERT ON decisions FOR EACH ROW WHEN (new.answer = 'keep') EXECUTE FUNCTION hush()",
    ],
}  # fmt: skip


def test_what_drops_answers_inside_the_database_is_found(where: str, register: Register) -> None:
    """A trigger swallows somebody's no, of which neither row nor line is there: that it is there is told."""
    for statement in TRIGGERS[where.partition("+")[0] if "://" in where else "sqlite"]:
        act(where, statement)
    register.decide([Decision("bob", "p", Answer.KEEP, "bob", now())])
    assert [one.answer for one in register.decisions("bob")] == ["approve"]
    (found,) = problems(register)
    assert found.startswith("quiet acts on decisions in the database whenever something is written there")


def test_a_trigger_is_found_however_its_table_is_written(tmp_path: Path) -> None:
    """SQLite takes a name in capitals for the same table."""
    register = Register(tmp_path / "register.db", Seal(tmp_path / "audit.key"))
    act(str(tmp_path / "register.db"), TRIGGERS["sqlite"][0].replace("ON decisions", "ON DECISIONS"))
    assert problems(register)[0].startswith("quiet acts on decisions in the database")


def test_what_acts_on_a_rule_of_postgresql_is_found_and_on_tables_of_others_is_not(
    where: str, register: Register
) -> None:
    """The same by a rewrite rule; a table of somebody else in the same database is theirs."""
    act(where, "CREATE TABLE theirs (a integer)")
    if "://" not in where:
        act(where, "CREATE TRIGGER t AFTER INSERT ON theirs BEGIN SELECT 1; END")
        assert problems(register) == ()
        return
    act(where, "CREATE RULE other AS ON INSERT TO theirs DO INSTEAD NOTHING")
    assert problems(register) == ()
    act(where, "CREATE RULE quiet AS ON INSERT TO decisions DO INSTEAD NOTHING")
    assert problems(register)[0].startswith("quiet acts on decisions")

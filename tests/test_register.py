"""The register: answers and receipts are kept once, in order, and nothing is lost."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from catchlight.desk import open_register
from catchlight.errors import ConfigError, OutsideError
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import VERSION, Register, moment, now
from catchlight.review_records import Invitation, Session
from catchlight.wishes import asked
from tests.postgresql_server import database, end_connections


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return an address of an empty store, on each database that a register can be in."""
    if request.param == "sqlite":
        yield str(tmp_path / "odd ? name%20" / "register.db")
        return
    with database(request.getfixturevalue("postgresql_server"), uuid4().hex) as address:
        yield address


def decision(at: str = "2026-11-23T10:00:00+00:00", answer: str = Answer.APPROVE, **more: str) -> Decision:
    """Return an answer of Zoë about a picture."""
    return Decision(**{"employee": "007", "picture": "p1", "by": "zoë", "at": at, "answer": answer, **more})


def test_the_same_answer_twice_is_one_row(where: str) -> None:
    """Importing a file again, or two clicks at once, adds nothing."""
    register = Register(where)
    assert register.decide([decision(), decision(answer=Answer.KEEP)]) == 2
    assert register.decide([decision(), decision(comment="again")]) == 0
    assert [found.answer for found in Register(where).decisions("007")] == ["approve", "keep"]
    assert register.decisions("7") == []


def test_answers_come_in_the_order_in_which_they_were_given(where: str) -> None:
    """An answer that is imported late stands where it was given; zones and missing zones are one time."""
    register = Register(where)
    register.decide([decision("2026-11-23T12:00:00+02:00", answer=Answer.KEEP)])
    register.decide([decision("2026-11-23T09:59:59", answer=Answer.APPROVE, source="import:list.csv")])
    found = register.decisions()
    assert [one.answer for one in found] == ["approve", "keep"]
    assert found[1].at == "2026-11-23T10:00:00.000000+00:00"


def test_a_clock_that_runs_ahead_does_not_outlive_later_answers(where: str) -> None:
    """An approval dated 2099 does not beat the refusal that follows it."""
    register = Register(where)
    register.decide([decision("2099-01-01T00:00:00+00:00")])
    register.decide([decision(now(), answer=Answer.REFUSE)])
    assert register.decisions()[-1].answer == "refuse"


def test_a_time_that_is_none_is_refused() -> None:
    """The message shows the form to use."""
    with pytest.raises(ConfigError, match="'yesterday' is not a time"):
        moment("yesterday")


def test_receipts_stay_in_order(where: str) -> None:
    """Every state of a picture's way is kept as it was noted, also those that are equal."""
    register = Register(where)
    row = Receipt("folder:/x", "007", "96/007.jpg", "new", "old", "sending", now(), "run-1")
    other = Receipt("folder:/y", "008", "96/008.jpg", "new", "", "done", now(), "run-1")
    register.note([row, row])
    register.note([other])
    register.note([])
    assert register.receipts() == [row, row, other]
    assert register.receipts("folder:/y") == register.receipts(employee="008") == [other]


def test_a_newer_register_is_refused_and_left_alone(where: str) -> None:
    """A program that does not know the schema says so, and changes nothing."""
    Register(where).decide([decision()])
    engine = sa.create_engine(where if "://" in where else sa.URL.create("sqlite", database=where))
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO schema_version VALUES (:new)"), {"new": VERSION + 1})
    with pytest.raises(ConfigError, match=r"newer Catchlight .*update Catchlight"):
        Register(where)


def test_no_row_can_hold_an_unknown_answer(where: str) -> None:
    """An answer that is none of the five is a bug of the caller, and nothing of the batch is stored."""
    register = Register(where)
    with pytest.raises(ValueError, match="maybe"):
        register.decide([decision(), decision(answer="maybe")])
    assert register.decisions() == []


def _answer(where: str, number: int) -> None:
    Register(where).decide([decision(by=f"{number}-{n}") for n in range(20)])


def test_several_programs_write_at_once(where: str) -> None:
    """Four programs that start on an empty store together lose no answer."""
    context = multiprocessing.get_context("spawn")
    programs = [context.Process(target=_answer, args=(where, number)) for number in range(4)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0, 0, 0, 0]
    assert len(Register(where).decisions()) == 80


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql+nothere://x:secret@y/z", "not an address"),
        ("mysql+pymysql://x:secret@y/z", "register y/z"),
        ("://", "not an address"),
    ],
)
def test_an_address_that_does_not_work_is_named_without_its_password(address: str, says: str) -> None:
    """A wrong address stops at the start; the password stays out of the message."""
    with pytest.raises(ConfigError, match=says) as caught:
        Register(address)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_register_is_refused(tmp_path: Path) -> None:
    """A picture or a text in the register's place is not overwritten."""
    path = tmp_path / "register.db"
    path.write_bytes(b"not a database, but somebody's file" * 100)
    with pytest.raises(ConfigError, match="cannot be opened"):
        Register(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_store_that_fails_stops_whoever_writes(tmp_path: Path) -> None:
    """When a row cannot be stored the caller hears it, so that nothing is sent without a trace."""
    register = Register(tmp_path / "register.db")
    with sqlite3.connect(tmp_path / "register.db") as direct:
        direct.execute(
            "CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(OutsideError, match="disk full"):
        register.note([Receipt("d", "007", "t", "s", "r", "sending", now())])


def engine_of(where: str) -> sa.Engine:
    """Return a connection to a store beside the register."""
    return sa.create_engine(where if "://" in where else sa.URL.create("sqlite", database=where))


def test_a_register_of_the_first_version_is_widened_and_keeps_its_rows(where: str) -> None:
    """What was answered before there were sides, tags and tickets is the person's own answer."""
    Path(where).parent.mkdir(parents=True, exist_ok=True) if "://" not in where else None
    number = "INTEGER" if "://" not in where else "SERIAL"
    names = ("employee", "picture", "answer", "by", "at", "comment", "source")
    columns = ", ".join(f'"{name}" TEXT NOT NULL' for name in names)
    engine = engine_of(where)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO schema_version VALUES (1)"))
        connection.execute(sa.text(f'CREATE TABLE decisions ("row" {number} PRIMARY KEY, {columns})'))
        old = sa.table("decisions", *map(sa.column, names))
        values = ("007", "p1", "approve", "zoë", "2026-11-23T10:00:00.000000+00:00", "", "import:a.csv")
        connection.execute(sa.insert(old).values(dict(zip(names, values, strict=True))))
    engine.dispose()
    register = Register(where)
    assert register.decisions() == [decision("2026-11-23T10:00:00.000000+00:00", source="import:a.csv")]
    assert register.decisions()[0].side == "employee"
    Register(where).add([Invitation("i1", "007", "p1", "hr", "", "", "")])
    assert [one.id for one in register.rows(Invitation, employee="007")] == ["i1"]


def test_a_form_counts_once(where: str) -> None:
    """Two answers with one ticket are one row; answers without one are not held against each other."""
    register = Register(where)
    assert register.add([decision(ticket="t1"), decision(now(), ticket="t1", answer=Answer.KEEP)]) == 1
    assert register.add([decision(now(), answer=Answer.KEEP), decision(now(), answer=Answer.REFUSE)]) == 2


def test_looking_and_writing_alone_loses_no_update(where: str) -> None:
    """Whoever looks before writing sees what all before wrote; what fails leaves nothing."""
    register = Register(where)

    def add(_: int) -> None:
        with register.alone() as store:
            store.add([decision(by=str(len(store.rows(Decision))))])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert sorted(int(one.by) for one in register.decisions()) == list(range(24))

    def fail() -> None:
        with register.alone() as store:
            store.add([decision(by="lost")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(register.decisions()) == 24


def test_sessions_are_renewed_and_forgotten(where: str) -> None:
    """They are the only rows that change."""
    register = Register(where)
    with register.alone() as store:
        store.renew(Session("a", "zoë", "007", "employee", "", "1", "1"))
        store.renew(Session("a", "zoë", "007", "employee", "", "1", "2"))
        store.renew(Session("b", "zoë", "007", "employee", "", "1", "9"))
        assert store.forget_unseen("5") == 1
    assert [one.id for one in register.rows(Session)] == ["b"]


def test_a_time_before_all_times_is_refused() -> None:
    """A zone that would carry it before the year 1 is a wrong time, not a breakdown."""
    with pytest.raises(ConfigError, match="is not a time"):
        moment("0001-01-01T00:00:00+14:00")


def test_the_register_of_a_home_can_be_a_database(tmp_path: Path, postgresql_server: str) -> None:
    """With its address in secrets/register.url, the answers are there and nowhere else; others may not read it."""
    home = tmp_path
    with database(postgresql_server, uuid4().hex) as address:
        file = home / "secrets" / "register.url"
        file.parent.mkdir(exist_ok=True)
        file.write_text(address)
        file.chmod(0o644)
        with pytest.raises(ConfigError, match="chmod 600"):
            open_register(home)
        file.chmod(0o600)
        register = open_register(home)
        register.decide([Decision("ana", "new", Answer.KEEP, "ana", now())])
        register.close()
        assert [said.answer for said in Register(address).decisions("ana")] == ["keep"]
        assert asked(home, {"ana"}).wishes == {}


def test_a_database_that_was_restarted_is_gone_on_with(postgresql_server: str) -> None:
    """In the middle of a transaction nothing of it is written, and it says that the world is unwell; the next one works."""
    with database(postgresql_server, uuid4().hex) as url:
        register = Register(url)
        register.decide([decision("2026-11-23T10:00:00.000000+00:00")])
        end_connections(url)  # between two calls nobody notices
        assert len(register.decisions()) == 1
        with pytest.raises(OutsideError):
            write_through_a_restart(register, url)
        assert len(register.decisions()) == 1
        register.decide([decision("2026-11-23T13:00:00.000000+00:00")])
        assert len(register.decisions()) == 2
        register.close()


def write_through_a_restart(register: Register, url: str) -> None:
    """Write two rows as one; between them the database is restarted."""
    with register.alone() as store:
        store.add([decision("2026-11-23T11:00:00.000000+00:00")])
        end_connections(url)
        store.add([decision("2026-11-23T12:00:00.000000+00:00")])

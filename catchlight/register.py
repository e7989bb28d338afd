"""Decisions and receipts in one relational store: rows are added, never changed or removed."""

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catchlight.errors import ConfigError, OutsideError
from catchlight.records import Answer, Decision, Receipt
from catchlight.register_tables import SCHEMA, TABLES, VERSION, update
from catchlight.review_records import Session

__all__ = ["VERSION", "Register", "Transaction", "moment", "now"]

T = TypeVar("T")
_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(727004)"}


def now() -> str:
    """Return this moment as ISO text in UTC; such texts sort by time."""
    return moment(datetime.now(UTC))


def moment(at: datetime | str) -> str:
    """Return a time as ISO text in UTC, never later than now; ConfigError when it is none.

    A time without a zone is taken as UTC. A clock that runs ahead must not outlive later answers.
    """
    try:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{at!r} is not a time; write it as 2026-11-23T14:30:00+00:00"
        raise ConfigError(message) from error
    return min(at, datetime.now(UTC)).isoformat(timespec="microseconds")


class Register:
    """The store, in a SQLite file (a path) or a PostgreSQL database (a URL)."""

    def __init__(self, where: str | Path) -> None:
        """Open or make the store; ConfigError when it cannot be opened or is newer than we are."""
        url: str | sa.URL = str(where)
        if "://" not in str(where):
            Path(where).parent.mkdir(parents=True, exist_ok=True)
            url = sa.URL.create("sqlite", database=str(where))
        with _opening(str(where)):
            self._engine = sa.create_engine(url, pool_pre_ping=True)
            if self._engine.dialect.name not in _ALONE:
                raise sa.exc.NoSuchModuleError
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _set_up_sqlite)
            with self._engine.begin() as connection:
                self._prepare(connection)

    def _prepare(self, connection: sa.Connection) -> None:
        # Two programs that start at once would otherwise both make the tables.
        connection.exec_driver_sql(_ALONE[self._engine.dialect.name])
        SCHEMA.create(connection, checkfirst=True)
        found = connection.execute(sa.select(sa.func.max(SCHEMA.c.version))).scalar()
        if found is not None and found > VERSION:
            message = (
                f"register {self.name}: made by a newer Catchlight (schema {found}, this one has {VERSION}); "
                "update Catchlight, or put back the register of before the update"
            )
            raise ConfigError(message)
        update(connection)
        connection.execute(_insert(self._engine, SCHEMA), {"version": VERSION})

    @property
    def name(self) -> str:
        """Where the store is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def decide(self, decisions: Iterable[Decision]) -> int:
        """Add answers, all or none; return how many were new. The same answer twice is one row."""
        return self.add(decisions)

    def decisions(self, employee: str | None = None) -> list[Decision]:
        """Return all answers, the oldest first."""
        found = self.rows(Decision, **({} if employee is None else {"employee": employee}))
        return sorted(found, key=lambda decision: decision.at)

    def note(self, receipts: Iterable[Receipt]) -> None:
        """Add states of what is sent, all or none, on disk before this returns."""
        self.add(receipts)

    def receipts(self, destination: str | None = None, employee: str | None = None) -> list[Receipt]:
        """Return all states in the order in which they were noted."""
        asked = {"destination": destination, "employee": employee}
        return self.rows(Receipt, **{name: value for name, value in asked.items() if value is not None})

    def add(self, records: Iterable[Any]) -> int:
        """Add rows, all or none, on disk before this returns; return how many were new."""
        rows = list(records)
        if not rows:
            return 0
        with self._writing() as connection:
            return Transaction(connection).add(rows)

    def rows(self, record: type[T], **where: str) -> list[T]:
        """Return the rows of a record kind whose fields are equal to ``where``, in the order added."""
        with self.reading() as store:
            return store.rows(record, **where)

    @contextmanager
    def reading(self) -> Iterator["Transaction"]:
        """Look several times, and write nothing."""
        with _reaching(self.name), self._engine.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def alone(self) -> Iterator["Transaction"]:
        """Look and write as one: nobody else writes between the first look and the end.

        What is added is on disk when the block ends, or nothing of it when it raises.
        """
        with self._writing() as connection:
            connection.exec_driver_sql(_ALONE[self._engine.dialect.name])
            yield Transaction(connection)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _reaching(self.name), self._engine.begin() as connection:
            yield connection


class Transaction:
    """One connection at work: what is read and written belongs together."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work on ``connection``; whoever opened it commits."""
        self._connection = connection

    def add(self, records: Iterable[Any]) -> int:
        """Add rows; return how many were new: the same row twice is one."""
        return sum(self._add(record) for record in records)

    def _add(self, record: Any) -> int:
        table = TABLES[type(record)]
        insert = _insert(self._connection, table).returning(table.c.row)
        return len(self._connection.execute(insert, _plain(record)).all())

    def rows(self, record: type[T], **where: str) -> list[T]:
        """Return the rows whose fields are equal to ``where``, in the order added."""
        kind: Any = record
        found = self._connection.execute(_query(kind, tuple(where)), where)
        return [kind(*row) for row in found]

    def extent(self, record: type) -> tuple[int, int]:
        """Return how many rows of a kind there are, and the number of the last (0 for none)."""
        row = TABLES[record].c.row
        count, last = self._connection.execute(sa.select(sa.func.count(row), sa.func.max(row))).one()
        return int(count), int(last or 0)

    def added(self, record: type[T], after: int) -> list[tuple[int, T]]:
        """Return the rows of a kind whose numbers are larger than ``after``, each with its number."""
        table = TABLES[record]
        names = [field.name for field in dataclasses.fields(record)]  # type: ignore[arg-type]  # a dataclass
        query = sa.select(table.c.row, *(table.c[name] for name in names)).where(table.c.row > after)
        return [
            (number, record(*row)) for number, *row in self._connection.execute(query.order_by(table.c.row))
        ]

    def renew(self, session: Session) -> None:
        """Let a session be as given, new or not."""
        self.forget(id=session.id)
        self.add([session])

    def forget(self, **where: str) -> int:
        """Forget the sessions whose fields are equal to ``where``; return how many."""
        table = TABLES[Session]
        gone = sa.delete(table).where(*(table.c[name] == value for name, value in where.items()))
        return self._connection.execute(gone).rowcount

    def forget_unseen(self, since: str) -> int:
        """Forget the sessions that nobody used since a moment; return how many."""
        table = TABLES[Session]
        return self._connection.execute(sa.delete(table).where(table.c.seen < since)).rowcount


@cache
def _query(record: type, equal: tuple[str, ...]) -> sa.Select[Any]:
    """Return the query of a record kind's rows by some fields; making one takes longer than most answers."""
    table = TABLES[record]
    query = sa.select(*(table.c[field.name] for field in dataclasses.fields(record))).order_by(table.c.row)
    return query.where(*(table.c[name] == sa.bindparam(name) for name in equal))


def _plain(record: Any) -> dict[str, str]:
    """Return a record's columns; an answer must be one that there is, and not given later than now."""
    row = dataclasses.asdict(record)
    if isinstance(record, Decision):
        row.update(answer=Answer(record.answer).value, at=moment(record.at))
    return row


def _insert(engine: sa.Engine | sa.Connection, table: sa.Table) -> Any:
    """Return an insert that leaves a row out when the same one is there."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name]
    return dialect.insert(table).on_conflict_do_nothing()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # FULL: a receipt must survive a power cut, or a picture could be replaced without its trace.
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _reaching(name: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        message = f"register {name}: {error.orig}"
        raise OutsideError(message) from error


@contextmanager
def _opening(url: str) -> Iterator[None]:
    shown = url.rpartition("@")[2]
    try:
        yield
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        message = f"register {shown}: not an address of a database; give a path or postgresql+psycopg://…"
        raise ConfigError(message) from error
    except ModuleNotFoundError as error:
        message = f"register {shown}: the driver is missing; install the package {error.name}"
        raise ConfigError(message) from error
    except sa.exc.DBAPIError as error:
        message = f"register {shown}: cannot be opened: {error.orig}"
        raise ConfigError(message) from error

"""Decisions and receipts in one relational store: rows are added, never changed or removed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from catchlight.audit import AuditLine, Seal
from catchlight.audit_writing import Told, Writing
from catchlight.errors import ConfigError, OutsideError
from catchlight.moments import moment, now
from catchlight.own_word import heard
from catchlight.private import private_file, private_folder
from catchlight.records import Decision, Receipt
from catchlight.register_tables import SCHEMA, VERSION, newer, update
from catchlight.spoken import spoken
from catchlight.transaction import Transaction, insert_into

__all__ = ["VERSION", "Register", "Transaction", "moment", "now"]

T = TypeVar("T")
_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(727004)"}


class Register:
    """The store, in a SQLite file (a path) or a PostgreSQL database (a URL).

    With a ``seal`` each row that is added has its line in the audit log, in the same transaction.
    """

    def __init__(self, where: str | Path, seal: Seal | None = None) -> None:
        """Open or make the store; ConfigError when it cannot be opened or is newer than we are."""
        self.seal = seal
        url: str | sa.URL = str(where)
        if "://" not in str(where):
            private_folder(Path(where).parent)
            with suppress(OSError):  # what cannot be made is told below
                private_file(Path(where))
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
            raise ConfigError(newer(self.name, found))
        update(connection)
        connection.execute(insert_into(connection, SCHEMA), {"version": VERSION})
        if self.seal:
            self._log(connection, self.seal).begin()

    @staticmethod
    def _log(connection: sa.Connection, seal: Seal) -> Writing:
        return Writing(connection, seal, lambda table: insert_into(connection, table))

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
        """Return the answers that count, the oldest first: nobody's stands against a person's own word of before, on paper or not."""
        return heard(spoken(self.rows, **({} if employee is None else {"employee": employee})))

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
        with self.alone() as store:
            return store.add(rows)

    def tell(self, act: str, by: str = "", person: str = "", detail: str = "") -> None:
        """Add an event to the audit log, on disk before this returns; without a log nothing happens.

        ``by`` and ``person`` are ids, of which the line keeps keyed digests; ``detail`` has no personal data.
        """
        with self.alone() as store:
            store.tell(Told(act, by, person, detail))

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
    def snapshot(self) -> Iterator["Transaction"]:
        """Look several times at one moment's state, whatever others write meanwhile."""
        with _reaching(self.name), self._engine.connect() as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield Transaction(connection)

    @contextmanager
    def alone(self) -> Iterator["Transaction"]:
        """Look and write as one: nobody else writes between the first look and the end.

        What is added is on disk when the block ends, or nothing of it when it raises.
        """
        with _reaching(self.name), self._engine.begin() as connection:
            connection.exec_driver_sql(_ALONE[self._engine.dialect.name])
            log = self._log(connection, self.seal) if self.seal else None
            yield Transaction(connection, log)
        if self.seal and self.seal.anchor and log and log.head:
            self.seal.anchor.advance(log.head, self.sealed_with)

    def sealed_with(self, line: int) -> str:
        """Return the seal of a line of the audit log, "" when there is no such line."""
        found = self.rows(AuditLine, number=str(line))
        return found[0].seal if found else ""


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

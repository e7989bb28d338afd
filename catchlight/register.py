"""Decisions and receipts in one relational store: rows are added, never changed or removed."""

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catchlight.errors import ConfigError, OutsideError
from catchlight.records import Answer, Decision, Receipt

VERSION = 1
_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(727004)"}
_META = sa.MetaData()
_SCHEMA = sa.Table("schema_version", _META, sa.Column("version", sa.Integer, primary_key=True))


def _texts(record: type) -> list[sa.Column[str]]:
    return [sa.Column(field.name, sa.Text, nullable=False) for field in dataclasses.fields(record)]


_DECISIONS = sa.Table(
    "decisions",
    _META,
    sa.Column("row", sa.Integer, primary_key=True),
    *_texts(Decision),
    sa.UniqueConstraint("employee", "picture", "answer", "at", "by"),
)
_RECEIPTS = sa.Table(
    "receipts",
    _META,
    sa.Column("row", sa.Integer, primary_key=True),
    *_texts(Receipt),
    sa.Index("receipts_by_target", "destination", "target"),
)


def now() -> str:
    """Return this moment as ISO text in UTC; such texts sort by time."""
    return moment(datetime.now(UTC))


def moment(at: datetime | str) -> str:
    """Return a time as ISO text in UTC, never later than now; ConfigError when it is none.

    A time without a zone is taken as UTC. A clock that runs ahead must not outlive later answers.
    """
    try:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
    except ValueError as error:
        message = f"{at!r} is not a time; write it as 2026-11-23T14:30:00+00:00"
        raise ConfigError(message) from error
    at = at.replace(tzinfo=at.tzinfo or UTC)
    return min(at.astimezone(UTC), datetime.now(UTC)).isoformat(timespec="microseconds")


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
        _SCHEMA.create(connection, checkfirst=True)
        found = connection.execute(sa.select(sa.func.max(_SCHEMA.c.version))).scalar()
        if found is not None and found > VERSION:
            message = (
                f"register {self.name}: made by a newer Catchlight (schema {found}, this one has {VERSION}); "
                "update Catchlight, or put back the register of before the update"
            )
            raise ConfigError(message)
        _META.create_all(connection)
        connection.execute(_insert(self._engine, _SCHEMA), {"version": VERSION})

    @property
    def name(self) -> str:
        """Where the store is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def decide(self, decisions: Iterable[Decision]) -> int:
        """Add answers, all or none; return how many were new. The same answer twice is one row."""
        rows = [dataclasses.asdict(decision) for decision in decisions]
        for row in rows:
            row.update(answer=Answer(row["answer"]).value, at=moment(row["at"]))
        with self._writing() as connection:
            insert = _insert(self._engine, _DECISIONS).returning(_DECISIONS.c.row)
            return sum(len(connection.execute(insert, row).all()) for row in rows)

    def decisions(self, employee: str | None = None) -> list[Decision]:
        """Return all answers, the oldest first."""
        query = sa.select(_DECISIONS).order_by(_DECISIONS.c.at, _DECISIONS.c.row)
        if employee is not None:
            query = query.where(_DECISIONS.c.employee == employee)
        return self._read(query, Decision)

    def note(self, receipts: Iterable[Receipt]) -> None:
        """Add states of what is sent, all or none, on disk before this returns."""
        rows = [dataclasses.asdict(receipt) for receipt in receipts]
        if rows:
            with self._writing() as connection:
                connection.execute(sa.insert(_RECEIPTS), rows)

    def receipts(self, destination: str | None = None, employee: str | None = None) -> list[Receipt]:
        """Return all states in the order in which they were noted."""
        query = sa.select(_RECEIPTS).order_by(_RECEIPTS.c.row)
        if destination is not None:
            query = query.where(_RECEIPTS.c.destination == destination)
        if employee is not None:
            query = query.where(_RECEIPTS.c.employee == employee)
        return self._read(query, Receipt)

    def _read(self, query: sa.Select[Any], record: type) -> list[Any]:
        with _reaching(self.name), self._engine.connect() as connection:
            names = [field.name for field in dataclasses.fields(record)]
            return [record(*(row[name] for name in names)) for row in connection.execute(query).mappings()]

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _reaching(self.name), self._engine.begin() as connection:
            yield connection


def _insert(engine: sa.Engine, table: sa.Table) -> Any:
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

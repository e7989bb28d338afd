"""One connection to the register at work: what is read and written belongs together."""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catchlight.audit import Act, AuditName
from catchlight.audit_writing import Told, Writing
from catchlight.moments import moment
from catchlight.records import Answer, Decision
from catchlight.register_tables import TABLES
from catchlight.review_records import Session

T = TypeVar("T")
_ACTING = {
    # SQLite keeps a table's name as whoever made the trigger wrote it
    "sqlite": "SELECT name, lower(tbl_name) FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": (
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal "
        "AND relnamespace = current_schema()::regnamespace UNION ALL SELECT rulename, tablename FROM pg_rules "
        "WHERE schemaname = current_schema() ORDER BY 1"
    ),
}


class Transaction:
    """One connection at work: what is read and written belongs together."""

    def __init__(self, connection: sa.Connection, log: Writing | None = None) -> None:
        """Work on ``connection``; whoever opened it commits. ``log`` is told of what is written."""
        self._connection, self._log = connection, log

    def add(self, records: Iterable[Any]) -> int:
        """Add rows; return how many were new: the same row twice is one."""
        return sum(self._add(record) for record in records)

    def _add(self, record: Any) -> int:
        table, row = TABLES[type(record)], _plain(record)
        insert = insert_into(self._connection, table).returning(table.c.row)
        new = len(self._connection.execute(insert, row).all())
        if new:
            self._note(type(record)(**row))
        return new

    def tell(self, told: Told) -> None:
        """Add an event to the audit log, where there is one."""
        if self._log:
            self._log.tell(told)

    def remove(self, record: type, **where: str) -> int:
        """Remove the rows whose fields are equal to ``where``; each removal has a line in the log. Return how many."""
        gone: list[Any] = self.rows(record, **where)
        for row in gone:
            self._note(row, Act.REMOVED)
        table = TABLES[record]
        removal = sa.delete(table).where(*(table.c[name] == value for name, value in where.items()))
        self._connection.execute(removal)
        return len(gone)

    def rewrite(self, record: type, number: int, told: Mapping[str, str]) -> bool:
        """Let a row tell something else, without the name of somebody who is erased; the log has a line of both.

        False, and nothing is changed, when another row tells the same and the table has each but once.
        """
        table = TABLES[record]
        found: list[tuple[int, Any]] = self.added(record, number - 1, 1)
        try:
            with self._connection.begin_nested():
                self._connection.execute(sa.update(table).where(table.c.row == number).values(dict(told)))
        except sa.exc.IntegrityError:
            return False
        for _, before in found:
            self._note(before, Act.REMOVED)
            self._note(dataclasses.replace(before, **told), Act.FOUND)
        return True

    def _note(self, record: Any, act: str = "") -> None:
        if self._log:
            self._log.note(record, act)

    def forget_name(self, person: str) -> None:
        """Forget whose the lines about and by a person are; the lines stay, one tells of it, and the chain holds."""
        self.tell(Told(Act.FORGOTTEN, person=person))
        self.remove(AuditName, name=person)

    def rows(self, record: type[T], **where: str) -> list[T]:
        """Return the rows whose fields are equal to ``where``, in the order added."""
        kind: Any = record
        found = self._connection.execute(_query(kind, tuple(where)), where)
        return [kind(*row) for row in found]

    def newest(self, record: type[T]) -> tuple[int, list[tuple[int, T]]]:
        """Return how many rows of a kind there are, and the last with its number: [] for none."""
        row = TABLES[record].c.row
        count = sa.select(sa.func.count(row)).scalar_subquery()
        query = sa.select(count, *_columns(record)).order_by(row.desc()).limit(1)
        found = self._connection.execute(query).first()
        return (found[0], [(found[1], record(*found[2:]))]) if found else (0, [])

    def added(
        self, record: type[T], after: int | None = None, most: int | None = None
    ) -> list[tuple[int, T]]:
        """Return the first rows of a kind whose numbers are larger than ``after`` (None: all), each with its number.

        We give none below 1; somebody who writes to the database itself can, and such a row counts like any other.
        """
        row = TABLES[record].c.row
        query = sa.select(*_columns(record)).order_by(row).limit(most)
        found = self._connection.execute(query if after is None else query.where(row > after))
        return [(number, record(*row)) for number, *row in found]

    def acting(self) -> list[tuple[str, str]]:
        """Return what acts on our tables beside us, each with its table: triggers, and rules of PostgreSQL. None is ours."""
        ours = {table.name for table in TABLES.values()}
        found = self._connection.exec_driver_sql(_ACTING[self._connection.dialect.name])
        return [(name, table) for name, table in found if table in ours]

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
    table, (number, *fields) = TABLES[record], _columns(record)
    query = sa.select(*fields).order_by(number)
    return query.where(*(table.c[name] == sa.bindparam(name) for name in equal))


def _columns(record: type) -> list[sa.Column[Any]]:
    """Return the columns of a record kind: the row's number, then its fields."""
    table = TABLES[record]
    names = [field.name for field in dataclasses.fields(record)]
    return [table.c.row, *(table.c[name] for name in names)]


def _plain(record: Any) -> dict[str, str]:
    """Return a record's columns; an answer must be one that there is, and not given later than now."""
    row = dataclasses.asdict(record)
    if isinstance(record, Decision):
        row.update(answer=Answer(record.answer).value, at=moment(record.at))
    return row


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an insert that leaves a row out when the same one is there."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    return dialect.insert(table).on_conflict_do_nothing()

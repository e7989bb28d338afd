"""Rows of the register by person, read once; afterwards only what was added is read."""

import dataclasses
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from catchlight.register import Register
from catchlight.register_tables import TABLES

T = TypeVar("T")


class Followed(Generic[T]):
    """The rows of one kind, by employee, as they were when last looked."""

    def __init__(self, register: Register, record: type[T]) -> None:
        """Follow the rows of ``record``; nothing is read yet."""
        self._engine = register._engine  # noqa: SLF001  read-only: what is new since a row is asked nowhere else
        self._record, self._table = record, TABLES[record]
        self._last = self._count = 0
        self._by_employee: dict[str, list[T]] = {}

    @property
    def count(self) -> int:
        """How many rows were read."""
        return self._count

    def of(self, employee: str) -> list[T]:
        """Return one person's rows, in the order added."""
        return self._by_employee.get(employee, [])

    def all(self) -> list[T]:
        """Return all rows."""
        return [row for rows in self._by_employee.values() for row in rows]

    def look(self) -> set[str]:
        """Read what was added; return whose rows changed."""
        table = self._table
        with self._engine.connect() as connection:
            counted = connection.execute(
                sa.select(sa.func.count(table.c.row), sa.func.max(table.c.row))
            ).one()
            count, last = int(counted[0]), int(counted[1] or 0)
            if (count, last) == (self._count, self._last):
                return set()
            new = self._read(connection, self._last)
            gone: set[str] = set()
            # Two programs on PostgreSQL may commit their row numbers out of order: then all is read anew.
            if self._count + len(new) != count:
                gone, self._by_employee, self._count = set(self._by_employee), {}, 0
                new = self._read(connection, 0)
        return gone | self._take(new)

    def _read(self, connection: sa.Connection, after: int) -> list[Any]:
        names = [field.name for field in dataclasses.fields(self._record)]  # type: ignore[arg-type]  # a dataclass
        columns = (self._table.c.row, *(self._table.c[name] for name in names))
        query = sa.select(*columns).where(self._table.c.row > after).order_by(self._table.c.row)
        return list(connection.execute(query))

    def _take(self, rows: list[Any]) -> set[str]:
        changed = set()
        for number, *values in rows:
            row: Any = self._record(*values)
            self._by_employee.setdefault(row.employee, []).append(row)
            self._last, self._count = number, self._count + 1
            changed.add(row.employee)
        return changed

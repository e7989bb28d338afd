"""Rows of the register by person, read once; afterwards only what was added is read."""

from typing import Any, Generic, TypeVar

from catchlight.register import Register

T = TypeVar("T")


class Followed(Generic[T]):
    """The rows of one kind, by employee, as they were when last looked."""

    def __init__(self, register: Register, record: type[T]) -> None:
        """Follow the rows of ``record``; nothing is read yet."""
        self._register, self._record = register, record
        self._count = 0
        self._newest: list[tuple[int, Any]] = []  # the last row that was read, with its number
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
        with self._register.reading() as store:
            count, newest = store.newest(self._record)
            if (count, newest) == (self._count, self._newest):
                return set()
            known = len(self._newest)
            found = store.added(self._record, self._newest[0][0] - 1 if known else None)
            if found[:known] == self._newest and self._count + len(found) - known == count:
                return self._take(found[known:])
            # A row was erased, and SQLite gives its number again, or two programs on PostgreSQL committed their row
            # numbers out of order: then all is read anew.
            gone = set(self._by_employee)
            self._by_employee, self._count, self._newest = {}, 0, []
            return gone | self._take(store.added(self._record))

    def _take(self, rows: list[tuple[int, Any]]) -> set[str]:
        for _, row in rows:
            self._by_employee.setdefault(row.employee, []).append(row)
        self._count += len(rows)
        self._newest = rows[-1:] or self._newest
        return {row.employee for _, row in rows}

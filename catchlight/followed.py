"""Rows of the register by person, read once; afterwards only what was added is read."""

from typing import Any, Generic, TypeVar

from catchlight.register import Register

T = TypeVar("T")


class Followed(Generic[T]):
    """The rows of one kind, by employee, as they were when last looked."""

    def __init__(self, register: Register, record: type[T]) -> None:
        """Follow the rows of ``record``; nothing is read yet."""
        self._register, self._record = register, record
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
        with self._register.reading() as store:
            count, last = store.extent(self._record)
            if (count, last) == (self._count, self._last):
                return set()
            new = store.added(self._record, self._last)
            gone: set[str] = set()
            # Two programs on PostgreSQL may commit their row numbers out of order: then all is read anew.
            if self._count + len(new) != count:
                gone, self._by_employee, self._count = set(self._by_employee), {}, 0
                new = store.added(self._record, 0)
        return gone | self._take(new)

    def _take(self, rows: list[tuple[int, Any]]) -> set[str]:
        changed = set()
        for number, row in rows:
            self._by_employee.setdefault(row.employee, []).append(row)
            self._last, self._count = number, self._count + 1
            changed.add(row.employee)
        return changed

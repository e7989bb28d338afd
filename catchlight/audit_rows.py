"""Which rows of the register the audit log tells of, and in which order: the last word of somebody is the one that counts."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from catchlight.audit import Act, AuditLine, Seal
from catchlight.audit_writing import DETAILS
from catchlight.transaction import Transaction


class Told:
    """The rows that are there as the log has it: for each digest the lines of the rows that have it."""

    def __init__(self) -> None:
        """Begin with no line."""
        self._lines: dict[str, list[int]] = defaultdict(list)
        self._freed = 0

    def hear(self, number: int, line: AuditLine) -> None:
        """Take in the next line. A row that was rewritten has two lines, removed and found, and keeps its place."""
        if line.act == Act.REMOVED:
            self._freed = self.place(line.record)
            return
        if line.record:
            keeps = self._freed if line.act == Act.FOUND else 0
            insort(self._lines[line.record], keeps or number)
        self._freed = 0

    def place(self, digest: str) -> int:
        """Return in which line a row is told of, and count it as seen; 0 for in none."""
        lines = self._lines[digest]
        return lines.pop(0) if lines else 0

    @property
    def rest(self) -> int:
        """How many rows that the log tells of were not seen."""
        return sum(map(len, self._lines.values()))


def wrong_rows(store: Transaction, seal: Seal, told: Told) -> Iterator[str]:
    """Yield which rows are not as the log tells, not in it, not there, or not in the order in which it tells of them."""
    for kind in DETAILS:
        yield from _wrong_of(kind, store, seal, told)
    if told.rest:
        yield f"{told.rest} rows of which the log tells are not in the register any more, or were changed"


def _wrong_of(kind: Any, store: Transaction, seal: Seal, told: Told) -> Iterator[str]:
    name, before, line_before = f"{kind.__name__.lower()}s", 0, 0
    for number, row in store.added(kind):
        line = told.place(seal.row(row))
        if not line:
            yield f"row {number} of {name} was changed or added behind the log's back"
            continue
        if line < line_before:
            yield (
                f"rows {before} and {number} of {name} were put in another order behind the log's back: "
                f"it tells of them in lines {line_before} and {line}"
            )
        before, line_before = number, line

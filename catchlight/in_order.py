"""In which order people said what they said, whatever the machine's clock was meanwhile."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

Row = TypeVar("Row")

TABLE, SHEET, SIGNED_OWN = "import:", "signed:", "own:"
DATED = (TABLE, SHEET, SIGNED_OWN)
"""How the sources begin of what is written down later than it was said, with a day of its own."""


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return what people said, the oldest first, of rows in the order in which they were written down.

    Whatever came before something that was said at the machine was not said later than that: where a clock ran ahead,
    its row counts as of the next one. What a file brought counts as of the day that the file names.
    """
    latest: dict[str, str] = {}
    found = [_no_later(row, latest) for row in reversed(list(rows))]
    found.reverse()
    return sorted(found, key=_at)


def _no_later(row: Any, latest: dict[str, str]) -> Any:
    """Return a row with a moment no later than that of its person's next one; remember its own."""
    at = min(row.at, latest.get(row.employee, row.at))
    if not is_dated(row):
        latest[row.employee] = at
    return row if at == row.at else replace(row, at=at)


def is_dated(row: Any) -> bool:
    """Whether a row came from a file that says when it was said."""
    return bool(row.source.startswith(DATED))


def before_it(rows: Iterable[Row], said: Any) -> list[Row]:
    """Return what was said before something that is about to be written down: all that is there, but for a file's own day."""
    found = in_order(rows)
    return [one for one in found if _at(one) < said.at] if is_dated(said) else found


def _at(row: Any) -> str:
    return str(row.at)

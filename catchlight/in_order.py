"""In which order people said what they said, whatever the machine's clock was meanwhile."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from catchlight.records import Answer

Row = TypeVar("Row")
_Whose = tuple[str, str]

TABLE, SHEET, SIGNED_OWN = "import:", "signed:", "own:"
DATED = (TABLE, SHEET, SIGNED_OWN)
"""How the sources begin of what is written down later than it was said, with a day of its own."""
CAME = "imported:"
"""How the source begins of a table's no that counts as of when it was taken in."""
TABLES = (TABLE, CAME)
_GRANTED = "granted"


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return what people said, the oldest first, of rows in the order in which they were written down.

    Whatever came before something that was said at the machine was not said later than that: where a clock ran ahead,
    its row counts as of the next one of the same person and side. What a file brought counts as of the day that the file
    names, but no yes of it comes after a no that was written down before and said on a later day.
    """
    there = list(rows)
    latest: dict[_Whose, str] = {}
    counted = [_no_later(row, latest) for row in reversed(there)]
    counted.reverse()
    moments = _moments(there, counted)
    return [counted[number] for number in sorted(range(len(there)), key=moments.__getitem__)]


def _no_later(row: Any, latest: dict[_Whose, str]) -> Any:
    """Return a row with a moment no later than that of its person's next one; remember its own."""
    whose = _whose(row)
    at = min(row.at, latest.get(whose, row.at))
    if not is_dated(row):
        latest[whose] = at
    return row if at == row.at else replace(row, at=at)


def _moments(there: Sequence[Any], counted: Sequence[Any]) -> list[tuple[str, bool]]:
    """Return where each row comes: by its moment, a file's yes right before the first no that it must not pass."""
    noes: dict[tuple[_Whose, str], list[tuple[str, str]]] = defaultdict(list)
    found = []
    for row, one in zip(there, counted, strict=True):
        about = noes[_whose(row), getattr(row, "purpose", "")]
        passed = (
            [(at, False) for said, at in about if said > row.at] if is_dated(row) and _is_yes(row) else []
        )
        found.append(min([(_at(one), True), *passed]))
        if not is_dated(row) and not _is_yes(row):
            about.append((row.at, _at(one)))
    return found


def _whose(row: Any) -> _Whose:
    return row.employee, getattr(row, "side", "")


def _is_yes(row: Any) -> bool:
    return bool(getattr(row, "answer", "") == Answer.APPROVE or getattr(row, "word", "") == _GRANTED)


def is_dated(row: Any) -> bool:
    """Whether a row came from a file that says when it was said."""
    return bool(row.source.startswith(DATED))


def before_it(rows: Iterable[Row], said: Any) -> list[Row]:
    """Return what was said before something that is about to be written down: all that is there, but for a file's own day."""
    found = in_order(rows)
    return [one for one in found if _at(one) < said.at] if is_dated(said) else found


def _at(row: Any) -> str:
    return str(row.at)

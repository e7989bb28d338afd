"""Rows with fewer cells than a list has columns: empty cells that a tool leaves away, or cells that somebody lost."""

from collections.abc import Sequence

from catchlight.spreadsheet import Row, Table
from connectors._folder_people import People, some

_FEW = 0.2
_LIMITS = ("rung", "country")  # what a person's limit comes from


def doubtful(rows: Sequence[Row]) -> list[Row]:
    """Return the short rows where they are few: a tool that leaves empty cells away does so in many."""
    short = [row for row in rows if row.short]
    return short if len(short) <= max(1, _FEW * len(rows)) else []


def tell_short(people: People, rows: Sequence[Row]) -> None:
    """Tell which rows lack cells."""
    if rows:
        lines = some([str(row.line) for row in rows])
        people.tell(
            "short_row",
            f"{people.source}: fewer cells than columns on line {lines}; what is missing counts as empty",
        )


def lacks_limit(row: Row, table: Table) -> bool:
    """Whether a row lacks a cell that may have been this person's limit."""
    return row.short and any(field in table.fields and field not in row.cells for field in _LIMITS)

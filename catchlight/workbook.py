"""A table that is an Excel workbook: the one sheet that has it, and each cell as the text that Excel shows."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from catchlight.cut_table import width_of
from catchlight.errors import ConfigError

Record = tuple[int, list[str]]
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MOST_BYTES = 256 << 20  # of a workbook that is unpacked
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 256  # Excel's own, and more than any list of people has
_EXACT = 10**15  # Excel keeps no more digits of a number
_ALIKE = 2  # columns with a known name make a further sheet another list
# A number that is shown with leading zeros, and with fixed letters before and after it: "E-"00000.
_PADDED = re.compile(r'((?:"[^"]*"|\\.)*)(0+)((?:"[^"]*"|\\.)*)')


def is_workbook(path: Path, data: bytes) -> bool:
    """Whether a file is packed as a workbook is; ConfigError for one of the old kind, or with a password."""
    if data.startswith(_OLD):
        message = f"{path}: an Excel file of the old kind (.xls), or one with a password; save it as .xlsx without one, or as «CSV UTF-8»"
        raise ConfigError(message)
    return data.startswith(_ZIP)


def records_of(path: Path, data: bytes, known: Callable[[str], bool]) -> list[Record]:
    """Return the rows of the sheet that has the table, each with its number and as many cells as columns have names.

    ``known`` says of a header whether it names a column that is asked for: the sheet is the visible one that has most of them.
    ConfigError when the workbook cannot be read, or when another sheet has such rows, too.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  takes as long to load as all other commands' start

    _must_be_small(path, data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheets = {one.title: _rows(one) for one in book.worksheets if one.sheet_state == "visible"}
    except Exception as error:  # whatever openpyxl meets in a file that is none
        raise _damaged(path) from error
    counts = {name: sum(map(known, rows[0][1])) for name, rows in sheets.items() if rows}
    chosen = max(counts, key=lambda name: counts[name], default="")
    others = [name for name, n in counts.items() if name != chosen and n >= _ALIKE and len(sheets[name]) > 1]
    if others:
        names = " and ".join(map(repr, (chosen, *others)))
        message = f"{path}: the sheets {names} all have rows of people; put them into one, and hide or delete the others"
        raise ConfigError(message)
    return _even(sheets.get(chosen, []))


def _must_be_small(path: Path, data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except (BadZipFile, ValueError, OSError) as error:
        raise _damaged(path) from error
    if size > _MOST_BYTES:
        message = f"{path}: would be {size >> 20} MiB unpacked, and {_MOST_BYTES >> 20} are the most; save it as «CSV UTF-8»"
        raise ConfigError(message)


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        f"{path}: is no Excel workbook (.xlsx), is damaged, or is still being copied. Nothing was read of it; save it once more, or as «CSV UTF-8»"
    )


def _rows(sheet: Any) -> list[Record]:
    """Return the rows of a sheet that have anything in them; the first is that of the headers."""
    sheet.reset_dimensions()  # some programs write wrong ones
    cells = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_width(sheet))
    told = ([_text(cell) for cell in row] for row in cells)
    return [(number, cells) for number, cells in enumerate(told, 1) if any(cell.strip() for cell in cells)]


def _width(sheet: Any) -> int:
    """Return how many columns the row of the headers has, as nothing beside them is read: a slip far below makes a million rows."""
    for row in sheet.iter_rows(max_row=_MOST_ROWS):
        headers = [_text(cell).strip() for cell in row[:_MOST_COLUMNS]]
        if any(headers):
            return max(width_of(headers), 1)
    return 1


def _even(rows: Sequence[Record]) -> list[Record]:
    """Return all rows as wide as the one of the headers: what stands beside the table is not of it."""
    width = width_of([cell.strip() for cell in rows[0][1]]) if rows else 0
    return [
        (line, [*cells, *[""] * width][:width])
        for line, cells in rows
        if any(c.strip() for c in cells[:width])
    ]


def _text(cell: Any) -> str:
    """Return what a cell shows; a formula is what it was when the workbook was saved."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, shown_as: str) -> str:
    """Return a number as text: whole ones without a point, with the zeros and letters that its format puts there."""
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    if value != int(value):
        return repr(value)
    padded = _PADDED.fullmatch(shown_as.partition(";")[0])
    if padded is None or value < 0:
        return str(int(value))
    return f"{_letters(padded[1])}{int(value):0{len(padded[2])}d}{_letters(padded[3])}"


def _letters(literal: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)', lambda found: found[1] or found[2] or "", literal)

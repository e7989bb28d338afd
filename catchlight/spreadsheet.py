"""Tables as people save them from a spreadsheet: any usual encoding and delimiter in, safe cells out."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from catchlight.cut_table import must_end_in_a_letter, must_end_whole, width_of
from catchlight.errors import ConfigError
from catchlight.workbook import Record, is_workbook, records_of

WORKBOOK = "xlsx"  # how a table was encoded that is an Excel workbook
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_INVISIBLE = " \u00a0\u200b\ufeff"
csv.field_size_limit(64 << 20)  # a whole photo may stand in a cell
LARGEST = 512 << 20  # bytes of a table on this machine, of which several times as many are needed at once
_DELIMITERS = ",;\t|"
_MOVED = 9  # by how many columns cells are looked for at most
_FORMULA = re.compile(r"^\s*[=+\-@]|^[\t\r\n]")
_GUARDED = re.compile(r"^'(?=\s*[=+\-@]|[\t\r\n])")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of its first line in the file, and its cells by field name.

    ``moved``: it has more cells than there are columns, so that cells may stand further right than their column;
    for each number of columns, what they are then. ``short``: it has fewer.
    """

    line: int
    cells: dict[str, str]
    moved: tuple[dict[str, str], ...] = ()
    short: bool = False

    def __getitem__(self, field: str) -> str:
        """Return the cell of a field; "" when the row or the table has none."""
        return self.cells.get(field, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, which fields it has, and the headers nobody knows; ``named`` is what each field is called there."""

    rows: list[Row]
    fields: tuple[str, ...]
    unknown: tuple[str, ...]
    encoding: str
    named: Mapping[str, str]


def read_table(path: Path, synonyms: Mapping[str, Sequence[str]], data: bytes | None = None) -> Table:
    """Read an Excel workbook or a delimited text file whose first row names its columns.

    ``synonyms`` maps each field to the other headers it goes by; upper and lower case, blanks and
    punctuation do not matter. Every cell stays text, so leading zeros survive. Raises ConfigError
    with the file and line when the file cannot be read as a table. ``data`` is what the file says,
    when it lies elsewhere than on this machine.
    """
    records, encoding = _read(path, _bytes(path) if data is None else data, synonyms)
    if not records:
        message = f"{path}: the file is empty; its first row must name columns such as {', '.join(synonyms)}"
        raise ConfigError(message)
    fields = _fields(path, records[0][1], synonyms)
    width = width_of(records[0][1])
    rows = [_row(line, cells, fields, width) for line, cells in records[1:]]
    unknown = tuple(h for h, field in zip(records[0][1], fields, strict=True) if h and not field)
    named = {field: header for header, field in zip(records[0][1], fields, strict=True) if field}
    return Table(rows, tuple(filter(None, fields)), unknown, encoding, named)


def safe_cell(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it, or one of its lines, for a formula."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"'{line}" if _FORMULA.match(line) else line for line in lines)


def table_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file (UTF-8 with mark, every cell quoted and safe) that spreadsheets open as it is."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if len(data) > LARGEST:
        message = (
            f"{path}: is larger than {LARGEST >> 20} MiB, which no list of people is; look what was put there"
        )
        raise ConfigError(message)
    return data


def _read(path: Path, data: bytes, synonyms: Mapping[str, Sequence[str]]) -> tuple[list[Record], str]:
    """Return the records of a table, and as what it was read."""
    if is_workbook(path, data):
        known = _known(synonyms)
        found = records_of(path, data, lambda header: _plain(header) in known)
        return [(line, [_clean(cell) for cell in cells]) for line, cells in found], WORKBOOK
    text, encoding = _text(path, data)
    text, delimiter = _delimiter(text, synonyms)
    records = list(_records(path, text, delimiter))
    if records:
        must_end_whole(path, text, records)
    return records, encoding


def _text(path: Path, data: bytes) -> tuple[str, str]:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            must_end_in_a_letter(path, data, error)
    message = f"{path}: neither UTF-8, UTF-16 nor Windows-1252 text; save it as «CSV UTF-8», or as .xlsx"
    raise ConfigError(message)


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    sample = data[:4000]
    if b"\0" in sample:
        wide = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return (wide,) if sample.count(0) > len(sample) / 5 else ("utf-8", wide)
    return ("utf-8", "cp1252")


def _delimiter(text: str, synonyms: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Take the delimiter that the file declares (``sep=;``), else the one that finds most columns."""
    declared = re.match(r'sep=([^\w\r\n" ])\r?\n', text)
    if declared:
        # The line stays as a blank one, so that line numbers are those an editor shows.
        return text[text.index("\n") :], declared[1]
    first = StringIO(text.lstrip("\r\n"), newline="").readline().rstrip("\r\n")
    known = _known(synonyms)

    def found(delimiter: str) -> tuple[int, int]:
        try:
            headers = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:  # told when the records are read
            return 0, 0
        return sum(_plain(h) in known for h in headers), len(headers)

    return text, max(_DELIMITERS, key=found)


def _records(path: Path, text: str, delimiter: str) -> Iterable[Record]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [_clean(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        # Going on could swallow half the company into one cell.
        message = f'{path}: line {line}: a quotation mark (") is not closed or not doubled: {error}'
        raise ConfigError(message) from error


def _clean(cell: str) -> str:
    cell = _GUARDED.sub("", cell.strip(_INVISIBLE))
    kept = "".join(c for c in cell if c in "\t\n" or unicodedata.category(c) != "Cc")
    return unicodedata.normalize("NFC", kept).strip()


def _plain(header: str) -> str:
    folded = unicodedata.normalize("NFKD", header.casefold())
    return "".join(c for c in folded if c.isalnum())


def _known(synonyms: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, int]]:
    """Return the field of every plain header, and how far down its list of names it stands."""
    names = ((field, (field, *more)) for field, more in synonyms.items())
    return {_plain(name): (field, rank) for field, all_ in names for rank, name in enumerate(all_)}


def _fields(path: Path, headers: list[str], synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the field of each column, "" for a column that is not used."""
    known = _known(synonyms)
    matches = [known.get(_plain(header), ("", 0)) for header in headers]
    best: dict[str, int] = {}
    for field, rank in matches:
        best[field] = min(rank, best.get(field, rank))
    fields = [field if best[field] == rank else "" for field, rank in matches]
    twice = next((field for field in fields if field and fields.count(field) > 1), None)
    if twice:
        names = " and ".join(repr(h) for h, field in zip(headers, fields, strict=True) if field == twice)
        message = f"{path}: columns {names} are both the {twice}; keep one"
        raise ConfigError(message)
    return fields


def _row(line: int, cells: list[str], fields: list[str], width: int) -> Row:
    more = min(len(cells) - len(fields), _MOVED) if any(cells[len(fields) :]) else 0
    first, *moved = (_named(cells[by:], fields) for by in range(more + 1))
    return Row(line, first, tuple(moved), len(cells) < width)


def _named(cells: list[str], fields: list[str]) -> dict[str, str]:
    return {field: cell for field, cell in zip(fields, cells, strict=False) if field}

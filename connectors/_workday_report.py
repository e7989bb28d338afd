"""The rows of a Workday report in XML, one at a time: a report of a whole company fits no memory.

Report_Data has a Report_Entry for each row, with or without the prefix ``wd:``. A column that points to something
(an organisation, say) has its name in the attribute Descriptor, and its ids below in ID elements with a type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from catchlight.errors import OutsideError
from connectors._spool import BASE64_LARGEST

_PIECE = 1 << 16
_DEEPEST = 32
_LONGEST = 2_000  # characters of a cell that is no photo
_WAITING = 64 << 20  # bytes that may belong to one tag
ROOT, ROW = "Report_Data", "Report_Entry"


@dataclass(slots=True)
class Row:
    """The cells of a row by the path of their column, such as Worker/Employee_ID."""

    cells: dict[str, str] = field(default_factory=dict)


def path_of(column: str) -> str:
    """Return a column as it is compared: without prefixes."""
    return "/".join(part.rpartition(":")[2] for part in column.strip().split("/"))


def rows(file: BinaryIO, long: str) -> Iterator[Row]:
    """Read a report from its beginning; the column ``long`` may be as long as a photo is.

    OutsideError for something else than a report, or one that is cut off.
    """
    file.seek(0)
    reader, fed = _Reader(long), 0
    try:
        while piece := file.read(_PIECE):
            fed += len(piece)
            reader.parser.Parse(piece, False)  # noqa: FBT003  expat takes no names
            if fed - reader.parser.CurrentByteIndex > _WAITING:
                raise OutsideError("the report has a tag without an end")
            yield from reader.take()
        reader.parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise OutsideError(f"the report is no whole XML: {error}") from error
    yield from reader.take()


class _Reader:
    """Follows the tags; finished rows wait to be taken."""

    def __init__(self, long: str) -> None:
        self._long, self._done = long, list[Row]()
        self._path, self._texts = list[str](), list[list[str]]()
        self._size, self._row = 0, Row()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = _PIECE
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = _refuse

    def take(self) -> list[Row]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        told = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "ID" and "type" in told:
            name = told["type"]
        self._path.append(name)
        depth = len(self._path)
        if depth > _DEEPEST or (depth == 1 and name != ROOT):
            raise OutsideError(f"the address answers with something else than a report in XML ({name[:50]})")
        if depth == 2:
            self._row = Row()
        self._texts.append([told["Descriptor"][:_LONGEST]] if "Descriptor" in told else [])
        self._size = 0

    def _text(self, text: str) -> None:
        if len(self._path) <= 2 or self._path[1] != ROW:
            return
        self._size += len(text)
        longest = BASE64_LARGEST + 1 if self._column() == self._long else _LONGEST
        if self._size - len(text) <= longest:
            self._texts[-1].append(text)

    def _column(self) -> str:
        return "/".join(self._path[2:])

    def _end(self, _: str) -> None:
        text = "".join(self._texts.pop()).strip()
        if len(self._path) == 2 and self._path[1] == ROW:
            self._done.append(self._row)
        elif len(self._path) > 2 and not self._row.cells.get(self._column()):
            self._row.cells[self._column()] = text
        self._path.pop()


def _refuse(*_: Any) -> None:
    raise OutsideError("the report has a DOCTYPE, which a report never has; nothing of it is read")

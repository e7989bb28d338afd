"""Who is in a folder: from its list, or from the names of its pictures."""

import re
from collections.abc import Container
from datetime import datetime
from pathlib import Path, PurePosixPath

from catchlight.errors import ConfigError
from catchlight.records import Employee, Photo, Rung
from catchlight.spelling import composed
from catchlight.spreadsheet import Row, Table, read_table
from connectors._folder_headers import HEADERS, with_surnames
from connectors._folder_match import Shelf
from connectors._folder_owners import Files, files_of
from connectors._folder_people import People, called, some
from connectors._folder_short import doubtful, lacks_limit, tell_short

_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+")


def from_table(
    path: Path, shelf: Shelf, templates: tuple[str, ...], data: bytes | None = None, *, photos: bool = True
) -> People:
    """Read the list of a folder and, unless ``photos`` is False, find everyone's photos; ConfigError when nobody can be read.

    ``data`` is what the list says, for a folder that is elsewhere.
    """
    table = with_surnames(read_table(path, HEADERS, data))
    if "id" not in table.fields:
        message = f"{path}: no column is the id; name one «id» (or Employee ID), the others are optional"
        raise ConfigError(message)
    if not table.rows:
        message = f"{path}: the list has no rows; add one for each person"
        raise ConfigError(message)
    people = People(path.name)
    if photos:
        people.tell_links(shelf.links)
    _tell_table(people, table)
    _take_rows(people, table)
    people.tell_workbook(shelf.sizes)
    if photos:
        _take_photos(people, files_of(people, shelf, templates), shelf)
    return people


def _tell_table(people: People, table: Table) -> None:
    for header in table.unknown:
        people.tell("unknown_column", f"{people.source}: column {header!r} is not used")
    if table.encoding == "cp1252":
        people.tell("encoding", f"{people.source}: not UTF-8, so read as Windows-1252; look at the accents")


def _take_rows(people: People, table: Table) -> None:
    """Keep the rows that stand for exactly one person, and tell why the others do not."""
    rows, short = table.rows, doubtful(table.rows)
    tell_short(people, short)
    lost = {row.line for row in short if lacks_limit(row, table)}
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row["id"], []).append(row.line)
    for row in rows:
        key = row["id"]
        if not key:
            people.leave(row, "empty_id", "no id, so the row is left out")
        elif len(lines[key]) > 1:
            others = ", ".join(map(str, lines[key]))
            people.leave(row, "duplicate_id", f"id {key!r} is on lines {others}; none of them is used")
        elif row.moved:
            people.leave(row, "long_row", "more cells than columns (a comma without quotes?); left out")
        else:
            people.rows[key] = row
            people.employees.append(_employee(row, _cap(people, row, lost)))
        if _SHORTENED.fullmatch(key):
            people.tell("damaged_id", f"a spreadsheet shortened id {key!r}; format it as text", row.line)


def _employee(row: Row, cap: str) -> Employee:
    names = (
        "given_name", "family_name", "display_name", "email", "department", "title", "country",
        "entity", "language", "subject",
    )  # fmt: skip
    return Employee(row["id"], **{name: " ".join(row[name].split()) for name in names}, rung=cap)


def _cap(people: People, row: Row, lost: Container[int]) -> str:
    """Return a person's cap; one that cannot be read was still meant as a limit, and so may one be that is lost: nothing is changed."""
    if row.line in lost:
        told = f"a limit of {row['id']!r} may be missing with its cell; until the row is whole, this photo is not changed at all"
        people.tell("bad_rung", told, row.line)
        return Rung.KEEP
    cap = row["rung"].casefold()
    if not cap or cap in tuple(Rung):
        return cap
    people.tell(
        "bad_rung",
        f"rung {row['rung']!r} of {row['id']!r} is none of {', '.join(Rung)}; until it is one of them, or empty, "
        "this photo is not changed at all",
        row.line,
    )
    return Rung.KEEP


def _take_photos(people: People, files: Files, shelf: Shelf) -> None:
    for key, row in people.rows.items():
        taken, found = _date(row["photo_date"]), files.get(key, [])
        if row["photo_date"] and not taken:
            people.tell("bad_date", f"photo date {row['photo_date']!r}: write it as 2026-11-23", row.line)
        if not found and not row["photo"]:
            people.tell("unmatched_row", f"there is no photo of {key!r}", row.line)
        people.photos += [Photo(key, file, date=taken, size=shelf.sizes[file]) for file in found]


def _date(text: str) -> str:
    """Return the ISO date (or year, or year and month) that ``text`` is; "" when it is none."""
    text = re.sub(r"(?<=\d)[/.](?=\d)", "-", text)
    if re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", text):
        return text
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return ""


def from_files(shelf: Shelf) -> People:
    """Take every picture as a person whose id is the name of the file."""
    people = People()
    people.tell_links(shelf.links)
    people.tell(
        "no_directory",
        "there is no directory.csv or directory.xlsx: every picture is a person named after its file",
    )
    for file in (f for f in shelf.sizes if f.casefold().endswith((".csv", ".tsv", ".xlsx"))):
        people.tell("other_table", f"{file} is not read; if it is the list of people, call it {called(file)}")
    folders: dict[str, dict[str, None]] = {}
    for file in shelf.pictures():
        folders.setdefault(_id_of(file), {})[str(PurePosixPath(file).parent)] = None
    people.employees = [
        Employee(key, display_name=_pretty(key)) for key, where in folders.items() if len(where) == 1
    ]
    for file in shelf.pictures():
        key = _id_of(file)
        if len(folders[key]) > 1:
            people.tell("duplicate_id", f"{file}: {key!r} is in {some(list(folders[key]))}; none is used")
        else:
            people.photos.append(Photo(key, file, size=shelf.sizes[file]))
    return people


def _id_of(file: str) -> str:
    """Return the id that a file's name is; macOS writes an accent as a sign of its own, and an id never does."""
    return composed(PurePosixPath(file).stem)


def _pretty(stem: str) -> str:
    words = re.sub(r"[_\-.\s]+", " ", stem.partition("@")[0]).split()
    return " ".join(word[:1].upper() + word[1:] for word in words) or stem

"""One person goes out of a home folder, wherever they are in it; a search afterwards proves it."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from catchlight import scrubbing, unwriting
from catchlight.home import Home
from catchlight.records import Receipt
from catchlight.register import Register, now
from catchlight.register_tables import TABLES
from catchlight.tombstones import add_tombstones, read_tombstones
from catchlight.traces import Traces, known_ids, source_keys, traces_of
from catchlight.unfinished import noted

SHEET = "contact_sheet.html"
_PAGE = re.compile(r"contact_sheet(-\d+)?\.html")  # that of a large company is in parts
_BESIDE = ("-wal", "-shm")
Redraw = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done, in counts; ``left`` are the places that still tell of the person, ``kept`` the tombstones' folders."""

    rows: int
    pictures: int
    files: int
    left: tuple[str, ...] = ()
    kept: tuple[Path, ...] = ()


def foresee(home: Path, register: Register, employee: str) -> Erased:
    """Return what would be erased; nothing is changed."""
    traces = traces_of(home, register, employee)
    files = [
        file for file in scrubbing.files_of(home) if _outside(home, file) and scrubbing.tells(file, traces)
    ]
    rows = sum(len(found) for found in _own_rows(register, employee).values())
    return Erased(rows, sum(map(Home(home).vault.has, traces.digests)), len(files))


def _own_rows(register: Register, employee: str) -> dict[str, list[object]]:
    return {
        table.name: list(register.rows(record, employee=employee))
        for record, table in TABLES.items()
        if "employee" in table.c
    }


def erase(home: Path, register: Register, employee: str, redraw: Redraw) -> Erased:
    """Erase one person, and let them stay out of all later runs; stopped anywhere, the next time goes on.

    Whoever calls this holds the home, and has taken them off all places. ``redraw`` makes a run's contact sheet anew.
    """
    traces = traces_of(home, register, employee)
    kept = add_tombstones(home, [("id", employee), *source_keys(home, traces)], now())
    return replace(clear(home, register, traces, redraw), kept=tuple(kept))


def clear(home: Path, register: Register, traces: Traces, redraw: Redraw) -> Erased:
    """Let nothing tell of somebody; what did is noted for as long as that takes."""
    with noted(home, traces.employee, traces.words, traces.digests):
        rows = unwriting.unwrite(home, register, traces)
        pictures, files = strip(home, register, traces, redraw)
        return Erased(rows, pictures, files, tuple(remnants(home, register, traces)))


def strip(
    home: Path, register: Register, traces: Traces, redraw: Redraw, but: Collection[str] = ()
) -> tuple[int, int]:
    """Delete somebody's pictures, and scrub all files ``but`` those of some parts of a home; return how many of each.

    Their words in the register stay.
    """
    pictures = _empty_vault(home, register, traces)
    return pictures, _scrub_all(home, traces, redraw, but)


def remnants(home: Path, register: Register, traces: Traces) -> list[str]:
    """Return the files and tables that still tell of somebody."""
    files = [
        str(file.relative_to(home)) for file in scrubbing.files_of(home) if scrubbing.tells(file, traces)
    ]
    return files + [f"register: {name}" for name in unwriting.remnants(register, traces)]


def reapply(home: Path, register: Register, redraw: Redraw) -> int:
    """Erase anew whom a restored backup brought back; return how many people that were."""
    back = returned(home, register)
    for id_ in back:
        erase(home, register, id_, redraw)
    return len(back)


def returned(home: Path, register: Register) -> list[str]:
    """Return the ids of people who were erased and whom a restored backup brought back."""
    stones = read_tombstones(home)
    return [id_ for id_ in sorted(known_ids(home, register)) if stones.has("id", id_)] if stones else []


def _empty_vault(home: Path, register: Register, traces: Traces) -> int:
    """Delete the person's own pictures, and older lists in which they are named."""
    vault, needed = Home(home).vault, _needed(register)
    named = [
        file
        for file in vault.root.glob("*/*")
        if file.parent.name + file.name not in needed and _is_named(file, traces)
    ]
    named += [file for file in vault.root.glob("*/.*.partial") if _is_half_of(file, traces)]
    theirs = [vault.path(digest) for digest in traces.digests if vault.has(digest)]
    for file in {*named, *theirs}:
        file.unlink()
    return len(theirs)


def _is_named(file: Path, traces: Traces) -> bool:
    return file.is_file() and not scrubbing.is_picture(file) and scrubbing.tells(file, traces)


def _is_half_of(file: Path, traces: Traces) -> bool:
    """Whether a file is what a killed program had written of one of the person's: named by the start of its digest."""
    start = file.parent.name + file.name[1:].partition(".")[0]
    return scrubbing.tells(file, traces) or any(digest.startswith(start) for digest in traces.digests)


def _needed(register: Register) -> set[str]:
    """Return the digests of what stood at places before us, and belongs to nobody alone."""
    return {one.replaced for one in register.rows(Receipt, employee="")} - {""}


def _outside(home: Path, file: Path) -> bool:
    """Whether a file is scrubbed as a file: not the vault and the register, nor what SQLite keeps beside its own."""
    part = file.relative_to(home).parts[0]
    return part != "vault" and not part.startswith("register.db") and not file.name.endswith(_BESIDE)


def _scrub_all(home: Path, traces: Traces, redraw: Redraw, but: Collection[str]) -> int:
    """Scrub all files; contact sheets last, since they are drawn anew from what was scrubbed."""
    sheets, count = [], 0
    for file in list(scrubbing.files_of(home)):
        if file.relative_to(home).parts[0] in but:
            continue
        if not (_outside(home, file) and file.is_file() and scrubbing.tells(file, traces)):
            continue
        count += 1
        if _PAGE.fullmatch(file.name):
            sheets.append(file)
        else:
            scrubbing.scrub(file, traces)
    _draw_anew(sheets, traces, redraw)
    return count


def _draw_anew(sheets: list[Path], traces: Traces, redraw: Redraw) -> None:
    """Draw the sheets of runs anew; one of a run that has not come to its end goes, and is drawn by that."""
    for folder in dict.fromkeys(sheet.parent for sheet in sheets):
        if Home(folder.parent.parent).finished(folder.name):
            redraw(folder)
    for sheet in sheets:
        if sheet.is_file() and scrubbing.tells(sheet, traces):
            scrubbing.scrub(sheet, traces)

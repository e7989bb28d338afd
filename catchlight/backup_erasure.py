"""One person goes out of a backup that was made before: pictures, rows and lines, as out of a home, and its list told anew."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight import backup, erasure, register_dump
from catchlight.audit_settings import seal_of
from catchlight.backup import MANIFEST, Backup
from catchlight.errors import ConfigError
from catchlight.home import write_json
from catchlight.register import Register
from catchlight.spelling import as_known
from catchlight.traces import known_ids, traces_of
from catchlight.vault import digest_of_file

_BEGUN = "erasing"  # in the manifest: files may differ from their digests until it is written again


@dataclass(frozen=True, slots=True)
class Cleared:
    """What went out of one backup, in counts; ``left`` are the places in it that still tell of the person."""

    folder: Path
    pictures: int
    files: int
    left: tuple[str, ...] = ()


def all_in(folder: Path) -> list[Backup]:
    """Return the complete backups of a folder, the oldest first; ConfigError when there is none."""
    found = [backup.read(one) for one in backup.folders(folder)]
    if not found:
        message = f"--backups {folder}: no backup is in it; name the folder that `catchlight backup make --to` was given"
        raise ConfigError(message)
    return found


def erase_in(one: Backup, employee: str, redraw: erasure.Redraw) -> Cleared | None:
    """Erase somebody in a backup; None when it does not know them. ConfigError when it is damaged.

    Run it again after an interruption. The rows of a PostgreSQL register stay in its dump: they go when it is put back.
    """
    _must_be_whole(one)
    known = _known(one)
    employee = as_known(employee, known)
    if employee not in known:
        if one.facts.get(_BEGUN):
            _end(one)
        return None
    write_json(one.folder / MANIFEST, {**one.facts, _BEGUN: True})
    with _register_of(one.folder) as register:
        traces = traces_of(one.folder, register, employee)
        done = erasure.clear(one.folder, register, traces, redraw)
    _end(one)
    return Cleared(one.folder, done.pictures, done.files, (*done.left, *_undumped(one.folder)))


def _known(one: Backup) -> set[str]:
    """Return of whom a backup tells; it is not touched for that."""
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / register_dump.SQLITE
        if (one.folder / copy.name).is_file():
            shutil.copy2(one.folder / copy.name, copy)
        with closing(Register(copy)) as register:
            return known_ids(one.folder, register)


@contextmanager
def _register_of(folder: Path) -> Iterator[Register]:
    """Open the register of a backup, or an empty one beside a dump that cannot be opened."""
    file, seal = folder / register_dump.SQLITE, seal_of(folder)
    seal.anchor = None  # it may lie elsewhere, and is the living log's
    with tempfile.TemporaryDirectory() as aside:
        where = file if file.is_file() else Path(aside) / "none.db"
        with closing(Register(where, seal if file.is_file() else None)) as register:
            yield register
        with closing(sqlite3.connect(where)) as store:
            store.execute("PRAGMA journal_mode = DELETE")  # one file, as it was


def _must_be_whole(one: Backup) -> None:
    """Refuse a damaged backup: its list is written anew at the end, and would hide that."""
    names = [] if one.facts.get(_BEGUN) else _not_pictures(one)
    broken = [name for name in names if not backup.is_whole(one.folder / name, one.files[name])]
    if broken:
        message = (
            f"{one.folder}: {broken[0]} is gone or changed: the backup is damaged; nothing was changed in it"
        )
        raise ConfigError(message)


def _end(one: Backup) -> None:
    """Write the list of files that are there now. Pictures never change: theirs keep their digests."""
    files = {name: digest for name, digest in one.files.items() if (one.folder / name).is_file()}
    files |= {name: digest_of_file(one.folder / name) for name in _not_pictures(one) if name in files}
    facts = {key: value for key, value in one.facts.items() if key != _BEGUN}
    write_json(one.folder / MANIFEST, {**facts, "files": files})


def _not_pictures(one: Backup) -> list[str]:
    return [name for name in one.files if not backup.is_picture(Path(name))]


def _undumped(folder: Path) -> Iterator[str]:
    if (folder / register_dump.POSTGRESQL).is_file():
        yield f"{register_dump.POSTGRESQL}: rows of the register, until it is put back"

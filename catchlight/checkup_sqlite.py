"""What SQLite says when a file does not open, told apart: damage, no room, no right, somebody else, or the disk itself."""

from collections.abc import Mapping
from pathlib import Path

from catchlight.checkup import is_full, rights, shown

DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_RIGHTS = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_ROOM = "make room on the disk of {home}, and look again: nothing is lost, and nothing has to be put back"
_BUSY = "another program holds it for long: look for one that hangs, and look again when it has ended"
_DISK = "the disk refuses to read or write: look at its health (dmesg) before anything else"
_REMEDIES: Mapping[str, str] = {
    "SQLITE_FULL": _ROOM, "SQLITE_BUSY": _BUSY, "SQLITE_LOCKED": _BUSY, "SQLITE_IOERR": _DISK,
}  # fmt: skip
"""By the first two words of SQLite's own name."""


def code_of(error: object) -> str:
    """Return SQLite's own name for what happened, "" for what is none of its errors."""
    return str(getattr(error, "sqlite_errorname", ""))


def remedy(code: str, home: Path, damaged: str) -> str:
    """Return what helps, "" for what SQLite has no name for; ``damaged`` is what helps against that."""
    if code.startswith(DAMAGED):
        return damaged
    if code and is_full(home):  # on a full disk it has many names
        return _ROOM.format(home=shown(home))
    if code.startswith(_RIGHTS):
        return rights(home)
    return _REMEDIES.get("_".join(code.split("_")[:2]), "")

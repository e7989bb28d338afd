"""What this account may not look at is a finding of its own, and the look at everything else goes on."""

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from catchlight.checkup import Finding, State, rights

_RIGHTS = (errno.EACCES, errno.EPERM, errno.EROFS)
_DISK = "look at that disk and how it is mounted (dmesg, findmnt) before anything else"
_SHOWN = 5


def tried(what: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings; where a file cannot be reached, that is the last one, with what to do about it."""
    try:
        yield from findings
    except OSError as error:
        yield Finding(State.FAIL, what, f"{error.filename}: {error.strerror}", help_for(error))


def help_for(error: OSError) -> str:
    """Return what helps against a file that cannot be reached."""
    return rights(_seen(Path(str(error.filename or "/")))) if error.errno in _RIGHTS else _DISK


def look_at_rights(home: Path) -> Iterator[Finding]:
    """Look whether this account may read what lies in a home: a folder that it may not looks empty."""
    closed = [one for one in sorted(home.iterdir()) if one.exists() and not is_open(one)]
    if closed:
        more = f" and {len(closed) - _SHOWN} more" if len(closed) > _SHOWN else ""
        said = f"this account may not read {', '.join(one.name for one in closed[:_SHOWN])}{more} of {home}"
        yield Finding(State.FAIL, "Rights", said, "; ".join(dict.fromkeys(map(rights, closed[:_SHOWN]))))


def is_open(path: Path) -> bool:
    """Whether this account may read a file, or look into a folder."""
    return os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0))


def _seen(file: Path) -> Path:
    """Return a file or, where it is behind one, the folder that this account may not look into."""
    for path in (file, *file.parents):
        try:
            path.lstat()
        except OSError:
            continue
        return path
    return Path("/")

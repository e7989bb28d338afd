"""The folder of a backup that is being made: under a passing name until it is complete, and gone when that fails."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from catchlight.errors import ConfigError, OutsideError
from catchlight.holding import held
from catchlight.vault import make_folder, sync_names

_HALF = ".partial"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BARRED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def room(home: Path, to: Path) -> Iterator[tuple[Path, Path]]:
    """Yield a new folder in ``to`` under its passing name, and what it is called when the block has ended well.

    When that raises nothing is left, and what killed tries left is cleared. ConfigError, OutsideError.
    """
    _can_be_used(home, to)
    with _telling(to):
        above = make_folder(to)
        busy = f"--to {to}: another backup is being made there; wait until it has ended"
        with held(to / ".lock", busy):
            for left in to.glob(f".*{_HALF}"):
                shutil.rmtree(left)
            name = _free_name(to)
            half = to / f".{name}{_HALF}"
            half.mkdir(mode=0o700)
            try:
                yield half, to / name
                half.rename(to / name)
                sync_names(*above)
            except BaseException:
                shutil.rmtree(half, ignore_errors=True)
                raise


def is_half(folder: Path) -> bool:
    """Whether a folder is that of a backup that is being made, or was when it was killed."""
    return folder.name.endswith(_HALF)


def _can_be_used(home: Path, to: Path) -> None:
    if not home.is_dir():
        message = f"--home {home}: no such folder"
        raise ConfigError(message)
    if to.resolve().is_relative_to(home.resolve()):
        message = f"--to {to}: lies in the home folder itself; choose one on another disk"
        raise ConfigError(message)
    there = next(path for path in (to, *to.resolve().parents) if path.exists())
    if not there.is_dir():
        message = f"--to {to}: {there} is a file; name a folder"
        raise ConfigError(message)


def _free_name(to: Path) -> str:
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return next(name for name in (now, *(f"{now}-{n}" for n in range(2, 10))) if not (to / name).exists())


@contextmanager
def _telling(to: Path) -> Iterator[None]:
    """Tell what the disk refused, and at which end: OutsideError."""
    try:
        yield
    except OSError as error:
        raise OutsideError(_said(to, error)) from error


def _said(to: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return f"--to {to}: {error.strerror}; make room there, then make the backup again"
    where = " to ".join(str(name) for name in (error.filename, error.filename2) if name) or str(to)
    first = "give this account the right" if error.errno in _BARRED else "mend that"
    return f"{where}: {error.strerror}; {first}, then make the backup again"

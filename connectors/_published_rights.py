"""Who may read what is published: as settings say, else, in a folder of this machine, whoever may enter that folder."""

import errno
import os
import stat
from typing import Annotated

from pydantic import AfterValidator

_SPECIAL = 0o7000
_ENTER, _LIST = 0o011, 0o044  # the group's right to enter a folder and to list it, and everybody's
_CANNOT = (errno.EPERM, errno.ENOTSUP)


def _checked(mode: str) -> str:
    if (
        len(mode) not in (3, 4)
        or set(mode) - set("01234567")
        or int(mode, 8) & 0o7133
        or int(mode, 8) < 0o600
    ):
        message = f"{mode!r}: who may read the files, such as 0644 (everybody) or 0640 (the group)"
        raise ValueError(message)
    return mode


FileMode = Annotated[str, AfterValidator(_checked)]


def entering(mode: int) -> int:
    """Return who may enter a folder: whoever may read the files in it."""
    return mode | 0o100 | (mode & 0o044) >> 2


def open_file(handle: int, root: int, mode: int | None) -> None:
    """Let a file that was just made be read by whom ``mode`` names, else by whoever may enter the root."""
    made = _mode_of(handle)
    _set(handle, made, made | (_mode_of(root) & _ENTER) << 2 if mode is None else mode, must=mode is not None)


def open_folder(handle: int, root: int, mode: int | None) -> None:
    """Let a folder that was just made be entered likewise; what it took over from the one that it is in stays."""
    made, of_root = _mode_of(handle), _mode_of(root)
    wanted = made | of_root & (_ENTER | _LIST) if mode is None else made & _SPECIAL | entering(mode)
    _set(handle, made, wanted, must=mode is not None)


def _mode_of(handle: int) -> int:
    return stat.S_IMODE(os.fstat(handle).st_mode)


def _set(handle: int, made: int, wanted: int, *, must: bool) -> None:
    """Change rights where they differ; some disks know none, and are let be where nobody asked for any."""
    if wanted == made:
        return
    try:
        os.fchmod(handle, wanted)
    except OSError as error:
        if must or error.errno not in _CANNOT:
            raise

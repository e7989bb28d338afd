"""A list that is being written is not read: half of one would pass for a company that shrank."""

import time
from pathlib import Path

from catchlight import spreadsheet
from catchlight.errors import OutsideError

RECENT = 3.0  # seconds since a list was written last, within which it is looked at twice
WAIT = 1.0


def quiet_bytes(path: Path) -> bytes | None:
    """Return what a list says, None where it cannot be read or is too large; OutsideError where it changes meanwhile."""
    try:
        before = _state(path)
        if before[0] > spreadsheet.LARGEST:
            return None
        if abs(time.time() - path.stat().st_mtime) < RECENT:
            time.sleep(WAIT)
        data, after = path.read_bytes(), _state(path)
    except OSError:
        return None
    if before != after or len(data) != after[0]:
        message = f"{path}: is being written just now. Nothing was read of it; run again when it is whole"
        raise OutsideError(message)
    return data


def _state(path: Path) -> tuple[int, int, int]:
    told = path.stat()
    return told.st_size, told.st_mtime_ns, told.st_ino

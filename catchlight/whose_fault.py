"""Whether an error may be about one photo, or is a card's, a disk's or a setting's: nobody sends another photo for that."""

import re
import traceback

from catchlight.errors import CatchlightError, PhotoError

_KINDS = {"catchlight.checks": "check", "catchlight.engines": "engine", "connectors": "connector"}
_PLUG_IN = re.compile(rf"({'|'.join(map(re.escape, _KINDS))})\.([^._][^.]*)")


def may_be_the_photos(error: BaseException) -> bool:
    """Whether an error may be about one photo: a mistake of our code, but no full disk, memory or card, no settings."""
    if isinstance(error, OSError):  # Pillow's, of a picture, have no number
        return error.errno is None and not isinstance(error, TimeoutError | ConnectionError)
    full = "OutOfMemory" in type(error).__name__ or "nsufficient memory" in str(error) or lost_card(error)
    outside = isinstance(error, CatchlightError | MemoryError | ImportError) and not isinstance(
        error, PhotoError
    )
    return not full and not outside


def lost_card(error: BaseException) -> bool:
    """Whether the graphics card is lost to this process: every later call would fail as well, whatever it is asked."""
    return type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)


def plug_in_of(error: BaseException) -> str:
    """Return the plug-in in which an error was raised, in words such as "in the check roll"; "" for none."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        found = _PLUG_IN.fullmatch(str(frame.f_globals.get("__name__", "")))
        if found:
            kind, name = found.groups()
            return f"in the {_KINDS[kind]} {name}"
    return ""

"""Whether an error may be about one photo, or is a card's, a disk's or a setting's: nobody sends another photo for that."""

import errno
import traceback

from catchlight import plugins
from catchlight.errors import CatchlightError, PhotoError

FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What a disk of this machine says that takes nothing more, whoever writes to it."""

# As torch, cuDNN, cuBLAS, onnxruntime and OpenCV say it: only some of torch's own errors have a type for it.
_FULL = (
    "outofmemory",
    "out of memory",
    "insufficient memory",
    "allocate memory",
    "bad_alloc",
    "bad allocation",
    "alloc_failed",
    "allocation_failed",
    "unable to find an engine",  # of cuDNN's, none had room to work in
    "cudnn_status_not_supported",
)
_CARDS = ("cuda failure", "cudnn_status", "cublas_status")


def may_be_the_photos(error: BaseException) -> bool:
    """Whether an error may be about one photo: a mistake of our code, but no full disk, memory or card, no settings."""
    if isinstance(error, OSError):  # Pillow's, of a picture, have no number
        return error.errno is None and not isinstance(error, TimeoutError | ConnectionError)
    machines = full_memory(error) or lost_card(error) or _says(error, _CARDS)
    outside = isinstance(error, CatchlightError | ImportError) and not isinstance(error, PhotoError)
    return not machines and not outside


def is_the_machines(error: BaseException) -> bool:
    """Whether an error in a check is the machine's: a full disk, memory or card; all else is the check's."""
    if isinstance(error, OSError):
        return error.errno in {*FULL_DISK, errno.ENOMEM}
    return full_memory(error) or lost_card(error) or _says(error, _CARDS)


def full_memory(error: BaseException) -> bool:
    """Whether memory is full, the machine's or the card's: with less to do at once it may go on."""
    return isinstance(error, MemoryError) or _says(error, _FULL)


def lost_card(error: BaseException) -> bool:
    """Whether the graphics card is lost to this process: every later call would fail as well, whatever it is asked."""
    said = type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)
    return said and not full_memory(error)


def plug_in_of(error: BaseException) -> str:
    """Return the plug-in in which an error was raised, in words such as "in the check roll"; "" for none."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        found = plugins.plug_in(str(frame.f_globals.get("__name__", "")))
        if found:
            return f"in {found}"
    return ""


def _says(error: BaseException, signs: tuple[str, ...]) -> bool:
    told = f"{type(error).__name__}: {error}".casefold()
    return any(sign in told for sign in signs)

"""Whether an error may be about one photo, or is a card's, a disk's or a setting's: nobody sends another photo for that."""

from catchlight.errors import CatchlightError, PhotoError


def may_be_the_photos(error: Exception) -> bool:
    """Whether an error may be about one photo: a mistake of our code, but no full disk, memory or card, no settings."""
    if isinstance(error, OSError):  # Pillow's, of a picture, have no number
        return error.errno is None and not isinstance(error, TimeoutError | ConnectionError)
    full = "OutOfMemory" in type(error).__name__ or "nsufficient memory" in str(error) or lost_card(error)
    outside = isinstance(error, CatchlightError | MemoryError | ImportError) and not isinstance(
        error, PhotoError
    )
    return not full and not outside


def lost_card(error: Exception) -> bool:
    """Whether the graphics card is lost to this process: every later call would fail as well, whatever it is asked."""
    return type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)

"""Workers at one painter: several at once, or one alone, to find out whether it is their picture that ends it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catchlight.errors import OutsideError

PUT_AWAY = "the painters were put away"


@contextmanager
def turn(address: str, *, alone: bool = False) -> Iterator[None]:
    """Be at the painter at ``address``, with others or alone; a turn ends with the process that has it.

    Whoever wants to be alone waits for those who are there, and nobody else comes meanwhile. OutsideError when it was put away.
    """
    try:
        door, room = (Path(f"{address}.{name}").open("a", encoding="ascii") for name in ("door", "room"))  # noqa: SIM115
    except OSError as error:
        raise OutsideError(PUT_AWAY) from error
    with door, room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield

"""Flows that need a home for themselves take turns: the second one waits, and says so, instead of failing."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.progress import say

_EVERY = 1.0  # seconds between two tries


@contextmanager
def in_turn(home: Path, share: str = "") -> Iterator[None]:
    """Wait until no other flow works in this home, and keep others waiting; the lock ends with the process.

    Whoever has a ``share`` of a run works beside the others of it.
    """
    if share:
        yield
        return
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".turn").open("a+") as file:
        waits = False
        while not _taken(file.fileno()):
            if not waits:
                say("Another run is at work here; this one waits until it has ended.")
            waits = True
            time.sleep(_EVERY)
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

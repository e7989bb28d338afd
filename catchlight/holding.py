"""One program at a time: a lock file is held for as long as its holder lives."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from catchlight.errors import ConfigError

Wait = Callable[[], None]


@contextmanager
def held(file: Path, busy: str | Wait) -> Iterator[TextIO]:
    """Hold a file. While another program has it: ConfigError with the sentence ``busy``, or that is called and it waits.

    The hold ends with the program, however it ends.
    """
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if isinstance(busy, str):
                raise ConfigError(busy) from error
            busy()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def quietly() -> None:
    """Wait without a word."""

"""Where tokens are counted and places are given: in this program, or in a folder that several programs share."""

import fcntl
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from catchlight.errors import ConfigError

_LOOKS = 0.05  # seconds between two looks for a free place


class Own:
    """For the threads of this program."""

    def __init__(self, at_once: int) -> None:
        """Begin with nothing said."""
        self._lock, self._said = threading.Lock(), dict[str, float]()
        self._places = threading.Semaphore(at_once or 1)

    @contextmanager
    def open(self) -> Iterator[dict[str, float]]:
        """Yield what is counted, to read and change; nobody else does meanwhile."""
        with self._lock:
            yield self._said

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places for calls under way."""
        with self._places:
            yield


class Shared:
    """For all programs of this machine that use the folder; a program that ends, however, gives back its places."""

    def __init__(self, folder: Path, tenant: str, at_once: int) -> None:
        """Prepare; ConfigError when nothing can be written there."""
        name = hashlib.sha256(tenant.encode()).hexdigest()[:24]
        self._file = folder / f"{name}.json"
        self._places = [folder / f"{name}.{number}" for number in range(at_once)]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file.touch()
        except OSError as error:
            raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from error

    @contextmanager
    def open(self) -> Iterator[dict[str, float]]:
        """Yield what is counted, to read and change; nobody else does meanwhile."""
        with self._file.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            said = _read(file.read())
            yield said
            file.seek(0)
            file.truncate()
            json.dump(said, file)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places for calls under way."""
        with ExitStack() as held:
            while not any(_held(held, place) for place in self._places):
                time.sleep(_LOOKS)
            yield


def _held(stack: ExitStack, place: Path) -> bool:
    """Hold a place until the stack is closed, if it is free."""
    file = place.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    stack.enter_context(file)
    return True


def _read(text: str) -> dict[str, float]:
    """Return what was counted; a file that a stopped program left half-written counts from the start."""
    try:
        return {str(key): float(value) for key, value in json.loads(text or "{}").items()}
    except (ValueError, AttributeError, TypeError):
        return {}

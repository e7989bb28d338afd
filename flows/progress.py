"""Who is told how far a refresh is: the terminal, and Prefect's own page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

INVITING, SENDING = "Inviting", "Sending"
_OF_ANSWERS = (INVITING, SENDING)
Listener = Callable[[str, int, int], None]
_listeners: list[Listener] = []
_sayers: list[Callable[[str], None]] = []
_lock = Lock()


@contextmanager
def hearing(sayer: Callable[[str], None]) -> Iterator[None]:
    """Call ``sayer(sentence)`` with whatever :func:`say` is given meanwhile."""
    _sayers.append(sayer)
    try:
        yield
    finally:
        _sayers.remove(sayer)


def say(sentence: str) -> None:
    """Tell a sentence to whoever hears."""
    for sayer in tuple(_sayers):
        sayer(sentence)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener(stage, done, total)`` at every step, from whichever thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tells_answers(stage: str) -> bool:
    """Whether the number of people in a stage tells how many of those who were asked about have not answered."""
    return stage.startswith(_OF_ANSWERS)


class Counter:
    """Counts the people of one stage."""

    def __init__(self, stage: str, total: int) -> None:
        """Start at nobody."""
        self.stage, self.total, self.done = stage, total, 0
        self.step(0)

    def step(self, people: int = 1) -> None:
        """Count ``people`` more and tell everyone who listens."""
        with _lock:
            self.done += people
            done = self.done
        for listener in tuple(_listeners):
            listener(self.stage, done, self.total)

    def reach(self, people: int) -> None:
        """Count that at least so many are done, here or elsewhere."""
        if people > self.done:
            self.step(people - self.done)

"""Flows that need a home for themselves take turns: the second one waits, and says so, instead of failing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catchlight.holding import held
from catchlight.private import private_folder
from flows.progress import say


@contextmanager
def in_turn(home: Path, share: str = "") -> Iterator[None]:
    """Wait until no other flow makes portraits in this home, and keep others waiting.

    Whoever has a ``share`` of a run works beside the others of it.
    """
    if share:
        yield
        return
    with held(private_folder(home) / "turn.lock", say_waiting):
        yield


def say_waiting() -> None:
    """Tell that a flow waits for another one."""
    say("Another run is at work here; this one waits until it has ended.")

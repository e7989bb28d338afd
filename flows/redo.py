"""The pass that does what people asked for: another try, or a photo that they sent."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catchlight.home import Home

if TYPE_CHECKING:  # whoever asks is told at once: what developing needs is loaded when somebody waits
    from collections.abc import Iterator

    from flows.session import Session


def redo(home: Path) -> Path | None:
    """Make the portraits anew of exactly those who asked; return the new run's folder, None when nobody did.

    Everybody else is carried over from the newest run unchanged. Raises ConfigError when it cannot
    start, such as while a refresh is at work: then try later.
    """
    from flows import stages  # noqa: PLC0415

    with redoing(home) as begun:
        return stages.straight(begun) if begun else None


@contextmanager
def redoing(home: Path) -> "Iterator[Session | None]":
    """Hold the home and begin to develop those who wait; yields None when nobody does."""
    from catchlight import redo_plan  # noqa: PLC0415
    from flows import readiness, session  # noqa: PLC0415
    from flows.sharing import Seat  # noqa: PLC0415

    found = redo_plan.waiting(home)
    if not found or not found.people:
        yield None
        return
    readiness.check(found.latest.job.model_copy(update={"source": home / "vault"}))  # the photos are there
    with Home(home).alone() as lease:
        found = redo_plan.waiting(home)
        if not found or not found.people:
            yield None
            return
        with session.taken_back(found.latest.job):
            plan = redo_plan.draw_up(found)
            with session.at_work(plan.job, Seat(Home(home).door, "", lease), lambda _: plan) as begun:
                yield begun

"""How many calls a plan takes, and about how long, at the pace that the vendor allows."""

import threading
import time
from collections.abc import Callable

from catchlight.place import Takes
from catchlight.publish_plan import Plan


class Looks:
    """Looks at a place, and how long they take; threads look at once."""

    def __init__(
        self, look: Callable[[str], bytes | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Look as ``look`` does."""
        self._look, self._clock, self._turn = look, clock, threading.Lock()
        self._looks, self._seconds = 0, 0.0

    def __call__(self, target: str) -> bytes | None:
        """Return what is there."""
        began = self._clock()
        try:
            return self._look(target)
        finally:
            with self._turn:
                self._looks += 1
                self._seconds += self._clock() - began

    @property
    def each(self) -> float:
        """The seconds of one look, 0 before the first."""
        return self._seconds / max(1, self._looks)


def estimated(plan: Plan, takes: Takes, looking: float) -> Plan:
    """Return a plan that says how many calls it takes and for how many seconds; one call takes ``looking`` seconds.

    The slower of two counts: writes at the vendor's rate, or calls in as many lanes as are allowed.
    """
    files = [file for person in plan.people for file in person.files if file.change in {"new", "change"}]
    writes = len(files) + sum(len(removal.files) for removal in plan.removals)
    calls = writes * takes.calls
    by_rate = writes * 60 / takes.a_minute if takes.a_minute else 0.0
    return plan.model_copy(
        update={"calls": calls, "seconds": round(max(by_rate, calls * looking / max(1, takes.at_once)), 1)}
    )


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"about {round(minutes)} min" if minutes < 90 else f"about {minutes / 60:.1f} h"

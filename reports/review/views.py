"""Who of the company looked at what, for the audit log: each page, and a person's picture once in a while."""

import threading
import time

from catchlight.audit import Act
from reports.review.visit import Visit

_AGAIN = 600.0  # seconds after which another look at the same person's pictures has a line of its own
_LARGE = 320  # pixels: smaller ones belong to the lists, which have lines themselves


class Looks:
    """Whose pictures each session has looked at lately; in memory, for one server."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._looks: dict[tuple[str, str], float] = {}

    def is_new(self, cookie: str, person: str) -> bool:
        """Whether a session has not looked at a person lately; from now on it has."""
        now = time.monotonic()
        with self._lock:
            if self._looks.get((cookie, person), -_AGAIN) > now - _AGAIN:
                return False
            self._looks = {key: at for key, at in self._looks.items() if at > now - _AGAIN}
            self._looks[cookie, person] = now
        return True


def note_view(visit: Visit, page: str, person: str = "") -> None:
    """Write down that a page was looked at, and about whom; OutsideError when it cannot be, and nothing is shown."""
    session = visit.require()
    if person:
        looks_of(visit).is_new(visit.cookie, person)
    visit.desk.register.tell(Act.VIEW, session.who, person, page)


def note_picture(visit: Visit, person: str, height: int) -> None:
    """Write down that somebody else's picture was looked at, unless that was told lately."""
    if height >= _LARGE and looks_of(visit).is_new(visit.cookie, person):
        note_view(visit, "picture", person)


def looks_of(visit: Visit) -> Looks:
    """Return what this server remembers."""
    kept: Looks = visit.request.app.state.looks
    return kept

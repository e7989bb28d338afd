"""Sign-ins that are under way: kept here for ten minutes, bound to one browser, good for one answer."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 600
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in: what the provider's side wants back, and where the person wanted to go."""

    kept: Mapping[str, Any]
    to: str
    until: float


class Flows:
    """All that are under way, in memory: a restart of the server asks people to begin again."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep no more than ``most``; the oldest go first."""
        self._flows: dict[str, Flow] = {}
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()

    def keep(self, kept: Mapping[str, Any], to: str) -> str:
        """Keep one and return what the browser's cookie holds."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            for key, flow in list(self._flows.items()):  # in the order in which they were begun
                if flow.until > now and len(self._flows) < self._most:
                    break
                del self._flows[key]
            self._flows[_digest(cookie)] = Flow(kept, to, now + SECONDS)
        return cookie

    def take(self, cookie: str, state: str) -> Flow | None:
        """Return the flow of this browser that an answer belongs to, once; None for any other answer.

        An answer that somebody else made up does not end the one that is under way.
        """
        with self._lock:
            flow = self._flows.get(_digest(cookie))
            if flow is None or not hmac.compare_digest(str(flow.kept.get("state")).encode(), state.encode()):
                return None
            del self._flows[_digest(cookie)]
        return flow if flow.until > self._clock() else None


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()

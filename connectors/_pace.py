"""How fast calls may follow each other at one server, for all threads together."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows: calls under way, reads and writes a minute (0: no limit), and how many may come at a burst."""

    at_once: int = 0
    reads: float = 0
    writes: float = 0
    burst: int = 1


class Pace:
    """Keeps calls within limits: each waits for its turn. A server that says «later» makes all of them wait."""

    def __init__(
        self,
        limits: Limits = Limits(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Begin with a full burst."""
        self._clock, self._sleep = clock, sleep
        self._places = threading.Semaphore(limits.at_once) if limits.at_once else None
        self._buckets = {
            writes: _Bucket(a_minute / 60, limits.burst)
            for writes, a_minute in ((False, limits.reads), (True, limits.writes))
            if a_minute
        }
        self._lock = threading.Lock()
        self._not_before = float("-inf")

    @contextmanager
    def turn(self, *, writes: bool) -> Iterator[None]:
        """Wait until a call may begin, and hold its place until it ends."""
        if self._places:
            self._places.acquire()
        try:
            wait = self._wait(writes=writes)
            while wait > 0:
                self._sleep(wait)
                wait = self._not_before - self._clock()  # somebody may have been told «later» meanwhile
            yield
        finally:
            if self._places:
                self._places.release()

    def rest(self, seconds: float) -> None:
        """Let no call begin for so long: the server asked for it."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + seconds)

    def _wait(self, *, writes: bool) -> float:
        """Take a place in the line and return how many seconds it is away."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(writes)
            return max(self._not_before - now, bucket.take(now) if bucket else 0.0)


class _Bucket:
    """A token bucket: one token a call, ``burst`` of them at most saved up."""

    def __init__(self, a_second: float, burst: int) -> None:
        self._a_second, self._burst = a_second, burst
        self._tokens, self._at = float(burst), float("-inf")

    def take(self, now: float) -> float:
        """Take a token, saved or still to come; return how many seconds away it is."""
        if self._at > float("-inf"):
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._a_second)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._a_second)

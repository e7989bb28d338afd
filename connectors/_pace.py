"""How fast calls may follow each other at one server, for all threads together, and for all programs with one home."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from connectors._pace_book import Own, Shared

_folder: Path | None = None
_APART = 60.0  # seconds that the clocks of machines with one disk may be apart


def share(folder: Path) -> None:
    """Let every program that is given this folder, on whichever machine, keep within the limits together with us."""
    global _folder  # noqa: PLW0603  one program, one folder
    _folder = folder


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows: calls under way, reads and writes a minute (0: no limit), and how many may come at a burst.

    ``tenant`` names what the vendor counts together, for programs that share a folder ("": only this pace's calls).
    """

    at_once: int = 0
    reads: float = 0
    writes: float = 0
    burst: int = 1
    tenant: str = ""


class Pace:
    """Keeps calls within limits: each waits for its turn. A server that says «later» makes all of them wait."""

    def __init__(
        self,
        limits: Limits = Limits(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Begin with a full burst."""
        shared = _folder if limits.tenant else None
        self._clock = time.time if shared and clock is time.monotonic else clock  # one that others have, too
        self._sleep, self._burst, self._at_once = sleep, limits.burst, limits.at_once
        self._a_second = {False: limits.reads / 60, True: limits.writes / 60}
        self._book = Shared(shared, limits.tenant, limits.at_once) if shared else Own(limits.at_once)

    @contextmanager
    def turn(self, *, writes: bool) -> Iterator[None]:
        """Wait until a call may begin, and hold its place until it ends."""
        with self._book.place() if self._at_once else nullcontext():
            wait = self._wait(writes=writes)
            while wait > 0:
                self._sleep(wait)
                with self._book.open() as said:  # somebody may have been told «later» meanwhile
                    wait = said.get("not_before", 0.0) - self._clock()
            yield

    def rest(self, seconds: float) -> None:
        """Let no call begin for so long: the server asked for it."""
        with self._book.open() as said:
            said["not_before"] = max(said.get("not_before", 0.0), self._clock() + seconds)

    def _wait(self, *, writes: bool) -> float:
        """Take a place in the line and return how many seconds it is away."""
        with self._book.open() as said:
            now = self._clock()
            if said.get("at", now) > now + _APART:  # somebody's clock was set back
                said.clear()
            said["at"] = now
            return max(said.get("not_before", now) - now, self._take(said, now, "w" if writes else "r"))

    def _take(self, said: dict[str, float], now: float, kind: str) -> float:
        """Take a token, saved or still to come; return how many seconds away it is."""
        a_second = self._a_second[kind == "w"]
        if not a_second:
            return 0.0
        since = max(0.0, now - said.get(f"{kind}_at", now))
        said[kind] = min(self._burst, said.get(kind, self._burst) + since * a_second) - 1
        said[f"{kind}_at"] = max(now, said.get(f"{kind}_at", now))
        return max(0.0, -said[kind] / a_second)

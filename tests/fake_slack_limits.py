"""What the stand-in for Slack counts, and what goes wrong at it on purpose."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

# As documented: (calls a minute, burst). Those of SCIM are shared by all apps of an organisation.
RATES = {
    "scim.update": (180, 20), "scim.writes": (600, 180), "scim.get": (300, 300), "scim.reads": (1000, 1000),
    "tier2": (20, 20), "tier3": (50, 50), "tier4": (100, 100), "unlimited": (10_000, 10_000),
}  # fmt: skip
TIERS = {
    "users.list": "tier2", "users.setPhoto": "tier2", "users.info": "tier4", "oauth.v2.access": "tier4",
    "auth.revoke": "tier3", "auth.test": "unlimited",
}  # fmt: skip
FAULTS = (
    "429",
    "429 seconds",
    "429 date",
    "500",
    "503",
    "page",
    "unwell",
    "lost before",
    "lost after",
    "slow",
)


@dataclass
class Clock:
    """A clock that only goes on while somebody sleeps; threads may share it."""

    now: float = 0.0
    turn: Any = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        with self.turn:
            self.now += seconds


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers; ``lost`` ends the connection before a word of it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


class Buckets:
    """Counts calls by Slack's limits, on a clock of its own; what exceeded one is in ``exceeded``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with every bucket full."""
        self._clock, self._level = clock, dict[str, tuple[float, float]]()
        self.exceeded: list[str] = []

    def take(self, *names: str) -> float:
        """Count one call in several buckets; return for how many seconds it came too early."""
        wait = 0.0
        for name in names:
            a_minute, burst = RATES[name]
            level, at = self._level.get(name, (float(burst), self._clock()))
            now = self._clock()
            # A thousandth of a call: clocks that are compared in floating point are not compared too strictly.
            level = min(burst, level + (now - at) * a_minute / 60)
            if level < 0.999:
                self.exceeded.append(name)
                wait = max(wait, (1 - level) * 60 / a_minute)
            else:
                level -= 1
            self._level[name] = (level, now)
        return wait


@dataclass
class Faults:
    """What goes wrong, each kind with its probability; the same seed gives the same faults."""

    rates: dict[str, float] = field(default_factory=dict)
    seed: int = 1
    made: Counter[str] = field(default_factory=Counter)
    _dice: random.Random | None = None
    _turn: Any = field(default_factory=threading.Lock)

    def next(self) -> str:
        """Return the fault of the next call, "" for none."""
        with self._turn:
            self._dice = self._dice or random.Random(self.seed)  # noqa: S311 (a test's dice)
            at = self._dice.random()
            for kind, rate in self.rates.items():
                if at < rate:
                    self.made[kind] += 1
                    return kind
                at -= rate
            return ""


def busy(how: str = "") -> Answer:
    """Return 429 as it may come: without a word, with seconds, or with a date."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    after = {"429 seconds": "1", "429 date": date}.get(how)
    return Answer(429, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": after} if after else {})

"""Calls keep within what a vendor allows, whichever thread makes them."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from connectors._pace import Limits, Pace


@dataclass
class Clock:
    """A clock that only goes on while somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.slept.append(seconds)
        self.now += seconds


def pace(clock: Clock, limits: Limits) -> Pace:
    """Return a pace on a clock of the test's own."""
    return Pace(limits, lambda: clock.now, clock.sleep)


def test_a_burst_goes_at_once_and_the_rest_in_step() -> None:
    """Of 180 a minute with a burst of 20, twenty go at once and then three a second."""
    clock = Clock()
    slack = pace(clock, Limits(writes=180, burst=20))
    began = []
    for _ in range(50):
        with slack.turn(writes=True):
            began.append(clock.now)
    assert began[:20] == [0.0] * 20
    assert began[-1] == pytest.approx(30 / 3)


def test_reads_and_writes_wait_apart() -> None:
    """A read does not use up a write."""
    clock = Clock()
    both = pace(clock, Limits(reads=60, writes=60))
    for writes in (True, False):
        with both.turn(writes=writes):
            pass
    assert clock.slept == []


def test_later_said_to_one_is_said_to_all() -> None:
    """After a server asked for ten seconds, no call begins earlier."""
    clock = Clock()
    shared = pace(clock, Limits())
    shared.rest(10)
    with shared.turn(writes=False):
        assert clock.now == pytest.approx(10)
    with shared.turn(writes=True):
        assert clock.now == pytest.approx(10)


def test_no_more_at_once_than_allowed() -> None:
    """Of many threads, four are under way at most, and a call that fails gives its place back."""
    four, lock, under_way, most = Pace(Limits(at_once=4)), threading.Lock(), [0], [0]

    def call() -> None:
        with suppress(ZeroDivisionError), four.turn(writes=False):
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            time.sleep(0.01)
            with lock:
                under_way[0] -= 1
            _ = 1 / 0

    threads = [threading.Thread(target=call) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 4
    assert under_way[0] == 0

"""Leases: of all who want one, one has it; whoever is dead loses it, whoever is only slow cannot harm."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catchlight import lease as leases
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home
from catchlight.lease import BEAT, PATIENCE, Door, Lease

HOLD = """
import sys, time
from pathlib import Path
from catchlight.lease import Door
held = Door(Path(sys.argv[1])).take("their note")
print("held" if held else "refused", flush=True)
time.sleep(60)
"""


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def abroad(tmp_path: Path, clock: Clock) -> Door:
    """Return the lease as another machine sees it, whose locks do not reach here."""
    return Door(tmp_path, clock=clock, machine="another")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Lease]:
    """Hold the lease, without signs of life of its own accord."""
    lease = Door(tmp_path).take("run 7")
    assert lease
    lease._over.set()
    yield lease
    lease.release()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Return another process that holds the lease."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def taken(door: Door) -> Lease:
    """Take a lease that is free."""
    lease = door.take()
    assert lease
    return lease


def watch(door: Door, clock: Clock, seconds: float) -> list[int | None]:
    """Look once a second for so long."""
    seen = []
    for _ in range(int(seconds)):
        clock.now += 1
        seen.append(door.free_after())
    return seen


def test_of_many_who_want_it_at_once_one_has_it(tmp_path: Path) -> None:
    """Sixteen threads that take the same lease at the same moment: one holder."""
    with ThreadPoolExecutor(16) as pool:
        taken = [one for one in pool.map(lambda _: leases.take(tmp_path, 0), range(64)) if one]
    assert len(taken) == 1
    taken[0].release()


def test_a_held_lease_is_refused_and_a_released_one_is_not(tmp_path: Path) -> None:
    """Within one process, too; numbers go up."""
    door = Door(tmp_path)
    with taken(door) as first:
        assert door.take() is None
    with taken(door) as second:
        assert second.number == first.number + 1


def test_what_a_holder_says_is_read(held: Lease, tmp_path: Path) -> None:
    """Whoever waits learns what for."""
    assert Door(tmp_path).note() == "run 7"
    held.tell("run 8")
    assert Door(tmp_path).note() == "run 8"


def test_a_killed_holder_on_this_machine_is_followed_at_once(
    elsewhere: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """After kill -9 there is no lock left: nobody waits for patience to end."""
    door = Door(tmp_path)
    assert door.take() is None
    assert door.note() == "their note"
    elsewhere.kill()
    elsewhere.wait()
    with taken(door) as lease:
        assert lease.number == 2


def test_a_stopped_holder_on_this_machine_keeps_it(
    elsewhere: "subprocess.Popen[str]", tmp_path: Path, clock: Clock
) -> None:
    """A process that is only stopped, as in a debugger, is not dead."""
    os.kill(elsewhere.pid, signal.SIGSTOP)
    assert set(watch(Door(tmp_path, clock=clock), clock, 3 * PATIENCE)) == {None}


def test_a_silent_holder_on_another_machine_is_followed_after_patience(
    held: Lease, abroad: Door, clock: Clock
) -> None:
    """Not a second earlier; and the first look already counts as doubt, not as death."""
    assert abroad.free_after() is None
    assert abroad.doubtful
    assert set(watch(abroad, clock, PATIENCE)) == {None}
    assert watch(abroad, clock, 1) == [held.number]


def test_a_living_holder_on_another_machine_keeps_it(held: Lease, abroad: Door, clock: Clock) -> None:
    """One sign of life in time is enough, however long it goes on."""
    for _ in range(5):
        assert set(watch(abroad, clock, PATIENCE - 1)) == {None}
        held._beat()
    abroad.free_after()
    assert not abroad.doubtful


@pytest.mark.parametrize("leap", [3600.0, 30 * 86400.0, -3600.0, -30 * 86400.0])
def test_a_leap_of_the_clock_makes_no_second_holder(
    held: Lease, abroad: Door, clock: Clock, leap: float
) -> None:
    """However far, forward or back: it counts as one beat at most."""
    abroad.free_after()
    clock.now += leap
    assert abroad.free_after() is None
    assert set(watch(abroad, clock, PATIENCE - BEAT - 1)) == {None}
    assert watch(abroad, clock, BEAT + 2)[-1] == held.number


def test_times_of_files_say_nothing(held: Lease, abroad: Door, tmp_path: Path) -> None:
    """A disk whose clock is years away from ours takes nobody's lease."""
    for at in (0, 4_000_000_000):
        os.utime(held.path, (at, at))
        assert abroad.free_after() is None
        assert Door(tmp_path).free_after() is None


def test_who_was_thought_dead_and_is_not_is_fenced_off(held: Lease, abroad: Door, clock: Clock) -> None:
    """After somebody took over, the old holder may not write, not even once the new one has finished."""
    held.check()
    abroad.free_after()
    watch(abroad, clock, PATIENCE + 1)
    with taken(abroad) as new:
        new.check()
        with pytest.raises(OutsideError, match="took over"):
            held.check()
    with pytest.raises(OutsideError, match="took over"):
        held.check()


def test_two_who_find_the_same_holder_dead_do_not_both_follow(
    held: Lease, tmp_path: Path, clock: Clock
) -> None:
    """Both saw the same number; the disk gives the next one once."""
    both = [Door(tmp_path, clock=clock, machine=name) for name in ("second", "third")]
    for door in both:
        door.free_after()
        clock.now -= 0.5
    for _ in range(int(PATIENCE) + 5):
        clock.now += 1
        seen = [door.free_after() for door in both]
    assert seen == [held.number, held.number]
    first, second = leases.take(tmp_path, held.number), leases.take(tmp_path, held.number)
    assert first
    assert second is None
    first.release()


def test_old_news_takes_nothing(tmp_path: Path) -> None:
    """Whoever decided long ago that a number was free comes too late, though that number's file is gone."""
    door = Door(tmp_path)
    for _ in range(3):
        taken(door).release()
    assert leases.take(tmp_path, 1) is None
    assert door.free_after() == 3


def test_a_disk_without_locks_is_trusted_by_signs_of_life_alone(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a lock keeps nobody out, a holder on this machine is not thought dead for it."""
    monkeypatch.setattr(leases.fcntl, "flock", lambda *_: None)
    lease = taken(Door(tmp_path))
    lease._over.set()
    door = Door(tmp_path, clock=clock)
    door.free_after()
    assert set(watch(door, clock, PATIENCE)) == {None}
    assert watch(door, clock, 1) == [1]
    lease.release()


def test_a_holder_gives_signs_of_life_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anybody's doing, for as long as it is held."""
    monkeypatch.setattr(leases, "BEAT", 0.01)
    with taken(Door(tmp_path)) as lease:
        before, until = lease.path.read_bytes(), time.monotonic() + 10
        while lease.path.read_bytes() == before:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_a_home_held_by_a_dead_machine_is_free_after_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh that starts meanwhile waits and goes on, instead of refusing for ever."""
    lease = taken(Home(tmp_path).door)
    lease._over.set()
    lease.machine = "gone"
    lease._beat()
    monkeypatch.setattr("catchlight.home.LOOK", 0.001)
    monkeypatch.setattr(Door.__init__, "__defaults__", (0.02, *Door.__init__.__defaults__[1:]))  # type: ignore[index]
    with Home(tmp_path).alone() as second:
        assert second.number == 2


def test_a_home_held_by_a_living_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as it gave one sign of life, whoever wants the home is told."""
    lease = taken(Home(tmp_path).door)
    lease.machine = "abroad"
    lease._beat()
    monkeypatch.setattr("catchlight.home.time.sleep", lambda _: lease._beat())
    with pytest.raises(ConfigError, match="another refresh is at work"), Home(tmp_path).alone():
        pass
    lease.release()

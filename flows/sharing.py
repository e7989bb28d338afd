"""Several commands at one run: the first one leads, the others join; whoever is killed, the rest go on."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catchlight.errors import ConfigError
from catchlight.home import LOOK, Home
from catchlight.lease import Door, Lease
from catchlight.slices import Slice, work_of
from flows.progress import Counter

if TYPE_CHECKING:  # workers are to start before this process has loaded the rest
    from catchlight.develop import Order
    from catchlight.job import Job
    from catchlight.plan import Plan

_ALONE = "alone"


@dataclass(slots=True)
class Seat:
    """A place at the run of a home. Who leads gathers and lays out; who joined leads when the leader is gone."""

    door: Door
    work: str
    lead: Lease | None
    run: str = ""  # that the leader told of

    def plan(self, job: "Job") -> "Plan":
        """Return the plan that the leader drew up; ConfigError when this machine would make other portraits."""
        from catchlight import planning  # noqa: PLC0415
        from catchlight.look import look_of  # noqa: PLC0415

        plan = planning.read(Home(job.home), self.run, job)
        looks = {"": plan.look} | dict(plan.groups)
        if any(look_of(job, group) != look for group, look in looks.items()):
            message = (
                f"--slice {job.share}: preset, models, plug-ins or version of this machine differ from those of run {self.run}; "
                "install the same everywhere"
            )
            raise ConfigError(message)
        return plan

    def tell(self, run: str) -> None:
        """Let others join a run."""
        self.run = run
        if self.lead:
            self.lead.tell(f"{self.work} {run}")

    def leads(self) -> bool:
        """Whether this one leads; it does from now on if the leader is gone."""
        if self.lead is None:
            self.lead = self.door.take(f"{self.work} {self.run}")
        return self.lead is not None

    def check(self) -> None:
        """Raise OutsideError when somebody else leads now."""
        if self.lead:
            self.lead.check()

    def leave(self) -> None:
        """Let somebody else have the place."""
        if self.lead:
            self.lead.release()


@contextmanager
def seated(job: "Job") -> Iterator[Seat]:
    """Take a place at a job: alone, or with everybody who shares it. ConfigError while another job is at work."""
    home = Home(job.home)
    if not job.share:
        with home.alone(_ALONE) as lease:
            yield Seat(home.door, _ALONE, lease)
        return
    seat = _await(home, work_of(job))
    try:
        yield seat
    finally:
        seat.leave()


def _await(home: Home, work: str) -> Seat:
    """Lead, or wait until the leader of the same work has drawn up a plan, and join."""
    door = home.door
    while True:
        seat = Seat(door, work, home.take(door, work))
        if seat.lead:
            return seat
        at_work, _, seat.run = door.note().partition(" ")
        if seat.run and at_work == work:
            return seat
        if at_work not in {"", work} and not door.doubtful:
            message = (
                f"--home {home.root}: a refresh of something else is at work here; wait for it or stop it"
            )
            raise ConfigError(message)
        time.sleep(LOOK)


def turns(
    plan: "Plan", shards: "Mapping[int, Sequence[Order]]", seat: Seat, counter: Counter
) -> Iterator[dict[int, int]]:
    """Yield shards that nobody develops, with the lease that each comes after, until all of the run are done.

    This one's own slice comes first, then whatever others have not begun, or began and were killed over.
    """
    slice_ = Slice.of(plan.job.share)
    doors = {number: Door(plan.shard(number)) for number in slice_.own_first(shards)}
    own = {number: door for number, door in doors.items() if slice_.has(number)}
    yield _free(own)
    while rest := {number: door for number, door in doors.items() if not plan.is_done(number)}:
        counter.reach(sum(len(shards[number]) for number in shards.keys() - rest.keys()))
        seat.leads()
        free = _free(rest)
        if free:
            yield free
        else:
            time.sleep(LOOK)
    counter.reach(sum(map(len, shards.values())))


def _free(doors: Mapping[int, Door]) -> dict[int, int]:
    found = {number: door.free_after() for number, door in doors.items()}
    return {number: after for number, after in found.items() if after is not None}


def outlast(plan: "Plan", seat: Seat) -> bool:
    """Wait until the run is laid out by its leader: False; or until this one has to do it: True."""
    while not plan.home.finished(plan.run):
        if seat.leads():
            return not plan.home.finished(plan.run)
        time.sleep(LOOK)
    return False

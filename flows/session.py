"""One refresh at work: its plan, and a darkroom that develops while Prefect is still starting."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catchlight import plugins
from catchlight.card_meter import metering
from catchlight.cores import crew
from catchlight.cost import noted_cpu
from catchlight.darkroom import Darkroom, Elsewhere, Remembered
from catchlight.darkroom_worker import Bench
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.loading import loading
from catchlight.models import default_root
from flows.burying import bury_again
from flows.progress import Counter
from flows.readiness import brands, check
from flows.sharing import Seat, outlast, seated, turns

if TYPE_CHECKING:  # workers are to start before this process has loaded the rest
    from pathlib import Path

    from catchlight.develop import Order
    from catchlight.plan import Plan

_AHEAD = 200  # people begun before anybody asks for them


@dataclass(frozen=True, slots=True)
class Session:
    """What the stages of one refresh share; ``waiting`` people were to be developed at its start."""

    job: Job  # as it was asked for
    plan: "Plan"
    darkroom: Darkroom | Remembered | Elsewhere
    bench: Bench
    shards: "dict[int, list[Order]]"
    waiting: int
    seconds: float  # of gathering
    started: float  # developing, on the clock of time.perf_counter
    used: float  # processor seconds of this process before the session
    seat: Seat

    def counter(self) -> Counter:
        """Count the people who are developed."""
        return Counter("Developing", sum(map(len, self.shards.values())))

    def turns(self, counter: Counter) -> Iterator[dict[int, int]]:
        """Yield shards to develop, with the lease that each comes after, until all are done, here or elsewhere."""
        return turns(self.plan, self.shards, self.seat, counter)

    def lay_out(self, contact_sheet: "Callable[..., Path]") -> "Path":
        """Let everyone be judged and laid out by whoever leads; return the run's folder once that is done."""
        if not outlast(self.plan, self.seat):
            return self.plan.home.run(self.plan.run)
        folder = contact_sheet(self.plan, self.counts(), self.timings(), self.cpu(), self.seat.check)
        with loading():
            from flows.stocking import stock_up  # noqa: PLC0415  loads what publishing needs

        stock_up(self.plan)
        return folder

    def counts(self) -> dict[str, int]:
        """Return how many were rendered now, how many have no photo to be read, and how many were known."""
        without = self.plan.photoless(self.shards)
        known = len(self.plan.employees()) - self.waiting - without
        return {"rendered": self.waiting, "reused": known, "photoless": without}

    def cpu(self) -> float:
        """Return the processor seconds until now: all workers' and, since it began, this process's own."""
        return noted_cpu(self.plan.folder) + time.process_time() - self.used

    def timings(self) -> dict[str, float]:
        """Return the seconds of gathering, and of developing until now."""
        return {"gather": self.seconds, "develop": time.perf_counter() - self.started}


_at_work: ContextVar[Session | None] = ContextVar("at_work", default=None)


def now_at_work() -> Session:
    """Return the session in which we are; LookupError outside of one."""
    begun = _at_work.get()
    if begun is None:
        message = "no refresh is at work"
        raise LookupError(message)
    return begun


@contextmanager
def session(job: Job, gather: "Callable[[Job], Plan] | None" = None) -> Iterator[Session]:
    """Hold the home, gather and begin to develop; inside a session of the same job, yield that one."""
    outer = _at_work.get()
    if outer and outer.job == job:
        yield outer
        return
    check(job)
    with seated(job) as seat:
        if seat.lead:
            bury_again(job.home)
        with taken_back(job), at_work(job, seat, gather) as begun:
            yield begun


@contextmanager
def taken_back(job: Job) -> Iterator[None]:
    """Take away a plan that is drawn up meanwhile when the job is refused: it would look like a run to go on with."""
    home = Home(job.home)
    before = home.unfinished()
    try:
        yield
    except ConfigError:
        for run in set(home.unfinished()).difference(before) if not job.share else ():
            shutil.rmtree(home.ledger(run))
        raise


@contextmanager
def at_work(job: Job, seat: Seat, gather: "Callable[[Job], Plan] | None" = None) -> Iterator[Session]:
    """Gather, or join whoever did, and begin to develop."""
    bench = bench_of(job)
    with ExitStack() as closing:

        def darkroom(people: int) -> Darkroom | Elsewhere:
            if job.on.is_cluster:
                return Elsewhere()
            return closing.enter_context(Darkroom(bench, workers_for(job, people)))

        # In a new home somebody will wait for sure: the workers start while the photos are read.
        few = sum(one.count(",") + 1 for one in job.only)
        early = darkroom(few) if Home(job.home).is_new() else None
        begun = _begin(job, seat, bench, gather, lambda people: early or darkroom(people))
        if begun.waiting:
            closing.enter_context(metering(begun.plan.folder))
        token = _at_work.set(begun)
        try:
            yield begun
        finally:
            _at_work.reset(token)


def _begin(
    job: Job,
    seat: Seat,
    bench: Bench,
    gather: "Callable[[Job], Plan] | None",
    darkroom: Callable[[int], Darkroom | Elsewhere],
) -> Session:
    """Gather, and hand to a darkroom whoever waits; where nobody does, none is needed."""
    with loading():
        from catchlight.judge import limits  # noqa: PLC0415  loads OpenCV and polars
        from catchlight.losses import make_good  # noqa: PLC0415
        from flows import stages  # noqa: PLC0415

        limits(job.brand())
    started, used = time.perf_counter(), time.process_time()
    plan = (gather or stages.gather)(job) if seat.lead else seat.plan(job)
    for group in plan.groups:
        limits(job.brand(group))
    shards = plan.shards()
    waiting = plan.waiting(shards)
    if seat.lead:  # before anybody joins
        make_good(plan, waiting)
    seat.tell(plan.run)
    now = time.perf_counter()
    if not waiting:
        return Session(
            job, plan, Remembered(plan.home.recipes), bench, shards, 0, now - started, now, used, seat
        )
    room = darkroom(len(waiting))
    if isinstance(room, Darkroom) and not job.share:  # else somebody might have begun on them
        room.begin(waiting[:_AHEAD])
    return Session(job, plan, room, bench, shards, len(waiting), now - started, now, used, seat)


def workers_for(job: Job, people: int) -> int:
    """Return how many workers these people need: no more than there are people, where their number is known.

    0 is one per core. Of a run that is shared, people of others may come to us later.
    """
    most = crew(job.workers)
    return min(most, people) if people and not job.share else job.workers


def bench_of(job: Job) -> Bench:
    """Return what the workers need to set themselves up."""
    home = Home(job.home)
    models, recipes = job.models or default_root(), home.root / "ledger" / "recipes"
    presets = brands(job)
    return Bench(
        job.brand(), models, home.vault.root, recipes, home.logs / "darkroom.log", job.allow_noncommercial,
        paints=any(preset.paints for preset in presets), looks=tuple(preset.digest() for preset in presets),
        plug_ins=plugins.added(),
    )  # fmt: skip

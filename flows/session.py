"""One refresh at work: its plan, and a darkroom that develops while Prefect is still starting."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catchlight.config import Job
from catchlight.darkroom import Darkroom, Remembered
from catchlight.darkroom_worker import Bench
from catchlight.home import Home
from catchlight.models import default_root
from flows.burying import bury_again
from flows.progress import Counter
from flows.readiness import brands, check

if TYPE_CHECKING:  # workers are to start before this process has loaded the rest
    from catchlight.develop import Order
    from catchlight.plan import Plan

_AHEAD = 200  # people begun before anybody asks for them


@dataclass(frozen=True, slots=True)
class Session:
    """What the stages of one refresh share; ``waiting`` people were to be developed at its start."""

    plan: "Plan"
    darkroom: Darkroom | Remembered
    shards: "dict[int, list[Order]]"
    waiting: int
    seconds: float  # of gathering
    started: float  # developing, on the clock of time.perf_counter
    used: float = 0.0  # processor seconds of this process before the session

    def counter(self) -> Counter:
        """Count the people who are developed."""
        return Counter("Developing", sum(map(len, self.shards.values())))

    def counts(self) -> dict[str, int]:
        """Return how many were rendered now and how many were known."""
        return {"rendered": self.waiting, "reused": len(self.plan.employees()) - self.waiting}

    def cpu(self) -> float:
        """Return the processor seconds until now: the workers' and, since it began, this process's own."""
        return self.darkroom.cpu + time.process_time() - self.used

    def timings(self) -> dict[str, float]:
        """Return the seconds of gathering, and of developing until now."""
        return {"gather": self.seconds, "develop": time.perf_counter() - self.started}


_at_work: ContextVar[Session | None] = ContextVar("at_work", default=None)


@contextmanager
def session(job: Job, gather: "Callable[[Job], Plan] | None" = None) -> Iterator[Session]:
    """Hold the home, gather and begin to develop; inside a session of the same job, yield that one."""
    outer = _at_work.get()
    if outer and outer.plan.job == job:
        yield outer
        return
    check(job)
    with Home(job.home).alone():
        bury_again(job.home)
        with at_work(job, gather) as begun:
            yield begun


@contextmanager
def at_work(job: Job, gather: "Callable[[Job], Plan] | None" = None) -> Iterator[Session]:
    """Gather and begin to develop; whoever calls this holds the home."""
    bench = bench_of(job)
    with ExitStack() as closing:
        # In a new home somebody will wait for sure: the workers start while the photos are read.
        early = closing.enter_context(Darkroom(bench, job.workers)) if Home(job.home).is_new() else None
        begun = _begin(job, gather, lambda: early or closing.enter_context(Darkroom(bench, job.workers)))
        token = _at_work.set(begun)
        try:
            yield begun
        finally:
            _at_work.reset(token)


def _begin(job: Job, gather: "Callable[[Job], Plan] | None", darkroom: Callable[[], Darkroom]) -> Session:
    """Gather, and hand to a darkroom whoever waits; where nobody does, none is needed."""
    from catchlight.judge import limits  # noqa: PLC0415  loads OpenCV and polars
    from flows import stages  # noqa: PLC0415

    limits(job.brand())
    started, used = time.perf_counter(), time.process_time()
    plan = (gather or stages.gather)(job)
    for group in plan.groups:
        limits(job.brand(group))
    shards = plan.shards()
    waiting = plan.waiting(shards)
    now = time.perf_counter()
    if not waiting:
        return Session(plan, Remembered(plan.home.recipes), shards, 0, now - started, now, used)
    room = darkroom()
    room.begin(waiting[:_AHEAD])
    return Session(plan, room, shards, len(waiting), now - started, now, used)


def bench_of(job: Job) -> Bench:
    """Return what the workers need to set themselves up."""
    home = Home(job.home)
    models, recipes = job.models or default_root(), home.root / "ledger" / "recipes"
    return Bench(
        job.brand(), models, home.vault.root, recipes, home.logs / "darkroom.log", job.allow_noncommercial,
        paints=any(preset.paints for preset in brands(job)),
    )  # fmt: skip

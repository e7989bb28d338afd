"""One refresh at work: its plan, and a darkroom that develops while Prefect is still starting."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from catchlight.config import Job
from catchlight.darkroom import Darkroom, Remembered
from catchlight.darkroom_worker import Bench
from catchlight.develop import Order
from catchlight.home import Home
from catchlight.models import default_root
from catchlight.plan import Plan
from flows import stages
from flows.progress import Counter

_AHEAD = 200  # people begun before anybody asks for them


@dataclass(frozen=True, slots=True)
class Session:
    """What the stages of one refresh share; ``waiting`` people were to be developed at its start."""

    plan: Plan
    darkroom: Darkroom | Remembered
    shards: dict[int, list[Order]]
    waiting: int
    seconds: float  # of gathering
    started: float  # developing, on the clock of time.perf_counter

    def counter(self) -> Counter:
        """Count the people who are developed."""
        return Counter("Developing", sum(map(len, self.shards.values())))

    def counts(self) -> dict[str, int]:
        """Return how many were rendered now and how many were known."""
        people = sum(map(len, self.shards.values()))
        return {"rendered": self.waiting, "reused": people - self.waiting}

    def timings(self) -> dict[str, float]:
        """Return the seconds of gathering, and of developing until now."""
        return {"gather": self.seconds, "develop": time.perf_counter() - self.started}


_at_work: ContextVar[Session | None] = ContextVar("at_work", default=None)


@contextmanager
def session(job: Job, gather: Callable[[Job], Plan] = stages.gather) -> Iterator[Session]:
    """Hold the home, gather and begin to develop; inside a session of the same job, yield that one."""
    outer = _at_work.get()
    if outer and outer.plan.job == job:
        yield outer
        return
    with Home(job.home).alone():
        started = time.perf_counter()
        plan = gather(job)
        shards = plan.shards()
        waiting = plan.waiting(shards)
        now = time.perf_counter()
        with _darkroom(plan, waiting) as darkroom:
            token = _at_work.set(
                begun := Session(plan, darkroom, shards, len(waiting), now - started, started=now)
            )
            try:
                yield begun
            finally:
                _at_work.reset(token)


def _darkroom(plan: Plan, waiting: list[Order]) -> AbstractContextManager[Darkroom | Remembered]:
    """Open a darkroom that is at work already; where nobody waits, none is needed."""
    if not waiting:
        return nullcontext(Remembered(plan.home.recipes))
    job, home = plan.job, plan.home
    models, log = job.models or default_root(), home.logs / "darkroom.log"
    bench = Bench(job.brand(), models, home.vault.root, home.recipes.root, log, job.allow_noncommercial)
    darkroom = Darkroom(bench, job.workers)
    darkroom.begin(waiting[:_AHEAD])
    return darkroom

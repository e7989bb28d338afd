"""What a refresh would do, counted without rendering anybody."""

import shutil
from dataclasses import dataclass

from catchlight.amounts import amount, people
from catchlight.home import Home
from catchlight.job import Job
from catchlight.storeroom import scratch


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many people there are, how many of them would be rendered, what is odd in the source, and their departments.

    ``others`` are in the run as well, as they are: the refresh is not about them.
    """

    people: int
    waiting: int
    findings: tuple[str, ...]
    departments: frozenset[str] = frozenset()
    photoless: int = 0
    others: int = 0

    @property
    def sentence(self) -> str:
        """The figures in words."""
        done = self.people - self.waiting - self.photoless
        without = f", {self.photoless} without a photo that can be read" if self.photoless else ""
        others = f" Everybody else of the last run ({self.others}) stays as they are." if self.others else ""
        return f"{people(self.people)}; {self.waiting} would be rendered, {amount(done, 'is', 'are')} done already{without}.{others}"


def rehearse(job: Job) -> Rehearsal:
    """Count what would be developed. Of what is read for that, nothing is kept."""
    from flows import stages  # noqa: PLC0415  loads what developing needs
    from flows.readiness import check  # noqa: PLC0415

    check(job)
    with Home(job.home).alone(), scratch(job.home) as room:
        plan = stages.gather(job, room)
        people, shards = plan.employees(), plan.shards()
        others = len(people) - len(plan.job.only) if plan.job.onto else 0
        waiting, without = len(plan.waiting(shards)), plan.photoless(shards)
        if not plan.resumed:  # else a run that was begun would not go on
            shutil.rmtree(plan.folder)
    sentences = tuple(one["sentence"] for one in plan.findings)
    departments = frozenset(one.department.strip() for one in people)
    return Rehearsal(len(people) - others, waiting, sentences, departments, without, others)

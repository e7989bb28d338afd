"""A refresh of some people: everybody else is carried over from the newest run, so that pages and plans stay everybody's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catchlight import ledger, looks
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.permission import read_permissions
from catchlight.plan import Plan
from catchlight.records import Employee, Photo, Reading, Render
from catchlight.redo_plan import plan_of
from catchlight.runs import run_folder, run_names, takes_in_everyone
from catchlight.source import Finding
from catchlight.wish import Wish

_CARRIED = (Photo, Render, Reading)  # the tables of a run that are gone on with


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is to be drawn up from: the job, who is in it, their photos and wishes."""

    job: Job
    employees: Sequence[Employee]
    photos: Sequence[Photo]
    wishes: Mapping[str, Wish]


def with_the_others(draft: Draft) -> tuple[Draft, list[Finding]]:
    """Return a draft of some people with everybody else of the newest run that it fits.

    Runs of some people are passed over where they do not fit, such as a trial of another preset. Where the last run of
    everybody cannot be gone on with, the draft is returned as it is, and what that means; so is a draft of everybody.
    """
    if not draft.job.of_some or not (draft.job.home / "runs" / "latest").exists():
        return draft, []
    whys = []
    for run in _newest(draft.job.home):
        try:
            return _onto(_fitting(draft.job, run), draft), []
        except ConfigError as error:
            whys.append(error)
    told = f"These people are alone in this run: pages and plans are about them until everybody is refreshed. {whys[-1]}."
    return draft, [Finding("alone", told)]


def _newest(home: Path) -> Iterator[str]:
    """Yield the runs that ended, the newest first, as far as the last one of everybody."""
    names, newest = run_names(home), run_folder(home).name
    for run in names[names.index(newest) :]:
        if Home(home).finished(run):
            yield run
        if takes_in_everyone(home, run):
            return


def _onto(latest: Plan, draft: Draft) -> Draft:
    chosen = {person.id for person in draft.employees}
    others = {one.id: one for one in _willing(latest) if one.id not in chosen}
    update = {
        "only": tuple(sorted(chosen)),
        "departments": (),
        "onto": latest.run,
        "onto_everyone": takes_in_everyone(latest.home.root, latest.run),
    }
    return Draft(
        draft.job.model_copy(update=update),
        [*others.values(), *draft.employees],
        [*(one for one in latest.photos() if one.employee in others), *draft.photos],
        {id_: wish for id_, wish in latest.wishes.items() if id_ in others} | dict(draft.wishes),
    )


def _willing(latest: Plan) -> list[Employee]:
    """Return everybody of a run but who said no to being processed since: no refresh has them."""
    people = latest.employees()
    barred = read_permissions(latest.home.root).barred(people)
    return [one for one in people if one.id not in barred or not barred[one.id].is_own_no]


def _fitting(job: Job, run: str) -> Plan:
    """Return a run's plan; ConfigError that says why a job cannot go on with it."""
    latest = plan_of(job.home, run)
    if latest.job.source != job.source.resolve():
        message = f"Run {latest.run} was of {latest.job.source}, not of {job.source.resolve()}"
        raise ConfigError(message)
    changed = looks.changed(job, latest.home.run(latest.run))
    if changed:
        message = f"Preset {changed[0]} is not as it was in run {latest.run}"
        raise ConfigError(message)
    _must_be_whole(latest)
    return latest


def _must_be_whole(plan: Plan) -> None:
    """Raise ConfigError where a table that is to be gone on with is damaged or gone."""
    folder = plan.home.run(plan.run)
    files = [plan.folder / ledger.file_name(Employee), plan.folder / ledger.file_name(Photo)]
    try:
        for file in [*files, *(folder / ledger.file_name(kind) for kind in _CARRIED)]:
            ledger.read(file)
    except FileNotFoundError as error:
        message = f"A table of run {plan.run} is gone ({error.filename})"
        raise ConfigError(message) from error

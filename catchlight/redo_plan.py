"""Who waits for another portrait, and the plan of a run that makes it and carries everyone else over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from catchlight import ledger, looks, planning, wishes
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Answer, Photo, by_employee
from catchlight.runs import run_folder, takes_in_everyone
from catchlight.wish import NO_WISH, Wish
from catchlight.wishes import Asked

_ASKS = (Answer.RETRY, Answer.UPLOAD)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The newest run, who of it waits, and everyone's photos and wishes if those were made anew."""

    latest: Plan
    people: tuple[str, ...]
    photos: tuple[Photo, ...]
    wishes: Mapping[str, Wish]


def waiting(home: Path) -> Waiting | None:
    """Return who asked for another try, or sent a photo, since their portrait was made; None before the first run.

    Somebody whose wishes change nothing any more does not wait. Raises ConfigError when the newest
    run's plan is not there any more.
    """
    if not (home / "runs" / "latest").exists():
        return None
    latest = plan_of(home, run_folder(home).name)
    then = by_employee(latest.photos())
    asked = wishes.asked(home, then.keys() | {person.id for person in latest.employees()})
    now = by_employee(asked.photos(latest.photos()))
    vault = Home(home).vault

    def at_hand(photo: Photo) -> bool:
        """Whether a photo is here: those of people who were published long ago are not kept."""
        return not photo.digest or vault.has(photo.digest)

    own = {person: asked.wish(person, now.get(person, [])) for person in asked.answers}
    people = sorted(
        person
        for person, wish in own.items()
        if asked.answers[person][-1].answer in _ASKS
        and all(map(at_hand, now.get(person, [])))  # else the next refresh fetches it again
        and (wish != latest.wishes.get(person, NO_WISH) or now.get(person) != then.get(person))
    )
    kept = {person: wish for person, wish in latest.wishes.items() if person not in people}
    shown = {person: (now if person in people else then).get(person, []) for person in {**then, **now}}
    photos = tuple(photo for theirs in shown.values() for photo in theirs)
    return Waiting(latest, tuple(people), photos, kept | {person: own[person] for person in people})


def waits(home: Path, employee: str, asked: Asked) -> bool:
    """Whether somebody's portrait is still to be made anew: from other photos, or with another wish, than in the newest run."""
    studio, run = Home(home), run_folder(home).name
    then = _photos_of(studio.ledger(run), employee)
    now = asked.photos(then)
    wished = wishes.wishes_of(studio, run).get(employee, NO_WISH)
    return now != then or asked.wish(employee, now) != wished


def _photos_of(folder: Path, employee: str) -> list[Photo]:
    file = folder / ledger.file_name(Photo)
    try:
        with ledger.reading(file):
            rows = pl.scan_parquet(file).filter(employee=employee).collect()
    except FileNotFoundError:
        return []
    return ledger.records(Photo, rows)


def draw_up(found: Waiting) -> Plan:
    """Write the plan of a run in which the waiting are made anew, or return the unfinished one of the same.

    Raises ConfigError when the preset is not as it was: then everyone has to be made anew.
    """
    latest = found.latest
    _same_preset(latest)
    everyone = takes_in_everyone(latest.home.root, latest.run)  # told now: that run goes after its term
    job = latest.job.model_copy(update={"only": found.people, "onto": latest.run, "onto_everyone": everyone})
    return planning.draw_up(job, latest.employees(), found.photos, (), found.wishes)


def plan_of(home: Path, run: str) -> Plan:
    """Return the plan of a run, its job as it was, in the home where we are; ConfigError when it is gone."""
    try:
        job = json.loads((Home(home).ledger(run) / "plan.json").read_bytes())["job"]
        return planning.read(
            Home(home), run, Job.model_validate({**job, "home": home, "workers": 0, "share": "", "on": {}})
        )
    except (OSError, ValueError, KeyError) as error:
        message = f"run {run}: its plan cannot be read any more, so nobody can be made anew alone; run `catchlight refresh`"
        raise ConfigError(message) from error


def _same_preset(latest: Plan) -> None:
    changed = looks.changed(latest.job, latest.home.run(latest.run))
    if changed:
        message = (
            f"preset {changed[0]}: it is not as it was in run {latest.run}, so the portraits would not fit "
            "together; run `catchlight refresh`: it makes everyone anew and does what people asked for"
        )
        raise ConfigError(message)

"""The new-joiner pass: whoever is new, or has a new photo, gets a portrait and a letter; nobody else hears of it."""

from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from catchlight.company import Company
from catchlight.job import Job
from flows.artifacts import reporting
from flows.asking import day_in
from flows.failures import tell_failure
from flows.form import shown
from flows.progress import say
from flows.refresh import finish, in_tasks
from flows.session import session
from flows.sources import asked_by
from flows.tasks.gather import gather
from flows.turn import in_turn


@flow(
    name="joiners",
    persist_result=False,
    task_runner=ThreadPoolTaskRunner(max_workers=4),  # type: ignore[arg-type]
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
def joiners(
    *,
    days: Annotated[int, shown("Days until they should have answered (0: ask nobody)", ge=0, le=365)] = 14,
    source: Annotated[Path, shown("For IT: where the people are")],
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
) -> Path | None:
    """Make portraits of whoever is new or has a new photo, and ask them. Nothing is published.

    Returns the run's folder; None when nobody was new.

    Args:
        days: Only they are asked: nobody whose photo is as it was at the last refresh.
        source: Folder with directory.csv (or .xlsx) and photos/, or a job file.
        home: Folder for everything that Catchlight keeps.

    """
    job = job_of(source, home)
    with reporting(), in_turn(home):
        before = photos_used(home)
        if not before:
            say("There was no refresh here yet, so nobody can be new: start with Refresh portraits.")
            return None
        with session(job, gather) as begun:
            if not begun.waiting:
                say("Nobody is new, and nobody has a new photo: nothing was done.")
                return None
            folder = in_tasks(begun)
        new = [id_ for id_, photo in photos_used(home).items() if before.get(id_) != photo]
        finish(folder, day_in(days, home) if days and new else None, new)
    return folder


def job_of(source: Path, home: Path) -> Job:
    """Return the job of a source: its preset, its engine, and where it is to be done."""
    asked = asked_by(source)
    return Job(source=source, home=home, preset=asked.preset, engine=asked.engine, on=asked.on)


def photos_used(home: Path) -> dict[str, str]:
    """Return who has a portrait in the newest run, and the digest of the photo that it was made from."""
    portraits = (person.portrait for person in Company(home).book().people.values())
    return {one.employee.id: one.render.photo for one in portraits if one.render}

"""The refresh flow: gather → develop → judge → contact sheet. Publishing is another flow: it waits for people."""

from datetime import date
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from catchlight.config import Job
from flows.artifacts import reporting, tell_rehearsal, tell_result
from flows.asking import ask, days_until
from flows.failures import tell_failure
from flows.form import shown
from flows.rehearsal import rehearse
from flows.session import Session, session
from flows.sources import asked_by
from flows.tasks.contact_sheet import contact_sheet
from flows.tasks.develop import develop
from flows.tasks.gather import gather


@flow(
    name="refresh",
    persist_result=False,
    task_runner=ThreadPoolTaskRunner(max_workers=4),  # type: ignore[arg-type]
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
def refresh(  # noqa: PLR0913, PLR0917  a form's fields
    source: Annotated[Path, shown("Where the people are: a folder with directory.csv, or a job file")],
    home: Annotated[Path, shown("Folder for everything that Catchlight keeps")],
    preset: Annotated[str, shown("Brand preset (empty: the job file's own, or house)")] = "",
    departments: Annotated[list[str] | None, shown("Departments (empty: all)")] = None,
    only: Annotated[list[str] | None, shown("Only these employee ids (empty: everyone)")] = None,
    dry_run: Annotated[bool, shown("Only say what would be done")] = False,  # noqa: FBT002
    ask_until: Annotated[
        date | None, shown("Then ask people to answer by this day (empty: ask nobody)")
    ] = None,
    engine: Annotated[str, shown("Engine (empty: the preset's own)")] = "",
    workers: Annotated[int, shown("Worker processes (0: one a core)", ge=0)] = 0,
    shard_size: Annotated[int, shown("People a shard", ge=1, le=5000)] = 50,
    accept_fewer: Annotated[bool, shown("Take lists that lack many people since last time")] = False,  # noqa: FBT002
    share: Annotated[str, shown("Slice, such as 2/4, where several workers share a run")] = "",
) -> Path | None:
    """Refresh the portraits of a company up to the contact sheet. Nothing is published.

    Returns the run's folder; None of a dry run.

    Args:
        source: Folder that holds directory.csv and photos/, or a job file.
        home: Where pictures, tables and results are kept.
        preset: How the company looks; see catchlight preset list. Empty: as the job file says, or house.
        departments: People of these departments alone, as the directory names them.
        only: Employee ids to refresh; leave empty for everyone.
        dry_run: Count who would be rendered; render nobody.
        ask_until: Write to everybody of this run who has not answered, by mail or as review.toml says. Quiet hours hold.
        engine: Lets this engine do every job it offers.
        workers: Worker processes; 0 means one for each core.
        shard_size: How many people one shard holds.
        accept_fewer: Whether a source may list far fewer people than last time.
        share: With which part of how many this worker begins; the run is shared with whoever does the others.

    """
    asked = asked_by(source)
    job = Job(
        source=source, home=home, preset=preset or asked.preset, departments=tuple(departments or ()),
        only=tuple(only or ()), engine=engine or asked.engine, workers=workers, shard_size=shard_size,
        accept_fewer=accept_fewer, share=share,
    )  # fmt: skip
    if dry_run:
        tell_rehearsal(rehearse(job))
        return None
    days = days_until(ask_until, home) if ask_until else 0
    with reporting(), session(job, gather) as begun:
        folder = in_tasks(begun)
        tell_result(folder)
    if days:
        ask(home, days)
    return folder


def in_tasks(begun: Session) -> Path:
    """Run the stages after gathering as tasks, shard by shard; return the run's folder."""
    counter = begun.counter()
    for free in begun.turns(counter):
        futures = [
            develop.submit(begun.plan, number, begun.shards[number], begun.darkroom, counter, after)
            for number, after in free.items()
        ]
        for future in futures:
            future.result()
    begun.darkroom.close()
    return begun.lay_out(contact_sheet)

"""The refresh flow: gather → develop → judge → contact sheet. Publishing is another flow: it waits for people."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from catchlight.darkroom import Darkroom, Elsewhere, Remembered
from catchlight.job import Job
from flows.artifacts import reporting, tell_rehearsal, tell_result
from flows.asking import ask, check_day
from flows.failures import tell_failure
from flows.form import DAY, shown
from flows.offers import renew_form
from flows.rehearsal import rehearse
from flows.session import Session, session
from flows.sources import asked_by
from flows.tasks.contact_sheet import contact_sheet
from flows.tasks.develop import develop
from flows.tasks.gather import gather
from flows.turn import in_turn


@flow(
    name="refresh",
    persist_result=False,
    task_runner=ThreadPoolTaskRunner(max_workers=4),  # type: ignore[arg-type]
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
def refresh(  # noqa: PLR0913  a form's fields, those of HR first
    *,
    preset: Annotated[str, shown("Brand preset")] = "",
    departments: Annotated[tuple[str, ...], shown("Departments")] = (),
    dry_run: Annotated[bool, shown("Only say what would be done")] = False,
    ask_until: Annotated[date | Literal[""], DAY, shown("Then ask people to answer by this day")] = "",
    only: Annotated[tuple[str, ...], shown("Only these people")] = (),
    accept_fewer: Annotated[
        bool, shown("Go on although far fewer people or photos are there than last time")
    ] = False,
    source: Annotated[Path, shown("For IT: where the people are")],
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
    engine: Annotated[str, shown("For IT: engine")] = "",
    workers: Annotated[int, shown("For IT: worker processes", ge=0)] = 0,
    shard_size: Annotated[int, shown("For IT: people in one shard", ge=1, le=5000)] = 50,
    runner: Annotated[str, shown("For IT: local, dask or ray")] = "",
    cluster: Annotated[str, shown("For IT: address of a Dask or Ray cluster")] = "",
    share: Annotated[str, shown("For IT: slice, such as 2/4, where several workers share a run")] = "",
) -> Path | None:
    """Refresh the portraits of a company up to the contact sheet. Nothing is published.

    Returns the run's folder; None of a dry run.

    Args:
        preset: How the portraits are to look. Empty: as the job file says, or house.
        departments: People of these departments alone. Empty: everybody.
        dry_run: Counts whose portrait would be made, and makes none. A good first try.
        ask_until: Everybody chosen here who has not answered gets a letter. Empty: nobody is written to.
        only: Employee ids. Empty: everybody.
        accept_fewer: A list that suddenly lacks many people, or their photos, stops the run, unless this is on.
        source: Folder with directory.csv (or .xlsx) and photos/, or a job file.
        home: Folder for everything that Catchlight keeps.
        engine: Lets this engine do every job it offers. Empty: the preset's own.
        workers: How many work at once. 0: one for each core.
        shard_size: How many people are done before the next table is written.
        runner: Who does the work: processes of one machine, or a cluster's. Empty: as the job file says, or local.
        cluster: Where the cluster is. Empty: one is started for the run.
        share: With which part of how many this worker begins; the run is shared with whoever does the others.

    """
    asked = asked_by(source)
    job = Job(
        source=source, home=home, preset=preset or asked.preset, departments=departments, only=only,
        engine=engine or asked.engine, workers=workers, shard_size=shard_size, accept_fewer=accept_fewer,
        share=share, on=asked.on.instead(runner, cluster),
    )  # fmt: skip
    if ask_until:
        check_day(ask_until, home)
    with reporting(), in_turn(home, share):
        if dry_run:
            found = rehearse(job)
            tell_rehearsal(found)
            renew_form(home, found.departments)
            return None
        with session(job, gather) as begun:
            folder = in_tasks(begun)
            some = begun.plan.job.only if begun.plan.job.onto else ()
        finish(folder, ask_until or None, some)
    return folder


def finish(folder: Path, until: date | None, only: Collection[str] = ()) -> None:
    """Tell what came of a run, ask people (``only`` these) to answer ``until`` a day, and offer the departments that there are now."""
    tell_result(folder, asked=until is not None)
    if until:
        ask(folder.parents[1], until, only)
    renew_form(folder.parents[1])


def in_tasks(begun: Session) -> Path:
    """Run the stages after gathering as tasks, shard by shard; return the run's folder."""
    job = begun.plan.job
    if isinstance(begun.darkroom, Elsewhere):
        from flows.clusters import develop_everyone  # noqa: PLC0415  what it needs is an extra

        develop_everyone(job.on, job.workers)
    else:
        _develop_here(begun, begun.darkroom)
    begun.darkroom.close()
    return begun.lay_out(contact_sheet)


def _develop_here(begun: Session, darkroom: Darkroom | Remembered) -> None:
    counter = begun.counter()
    for free in begun.turns(counter):
        futures = [
            develop.submit(begun.plan, number, begun.shards[number], darkroom, counter, after)
            for number, after in free.items()
        ]
        for future in futures:
            future.result()

"""The refresh flow: gather → develop → judge → contact sheet. Publishing is another flow: it waits for people."""

import time
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from catchlight.config import Job
from catchlight.darkroom import Bench, Darkroom, Remembered
from catchlight.home import Home
from catchlight.models import default_root
from catchlight.plan import Plan
from flows.artifacts import reporting
from flows.progress import Counter
from flows.tasks.contact_sheet import contact_sheet
from flows.tasks.develop import develop
from flows.tasks.gather import gather


@flow(name="refresh", persist_result=False, task_runner=ThreadPoolTaskRunner(max_workers=4))  # type: ignore[arg-type]
def refresh(
    source: Annotated[Path, Field(title="Folder with directory.csv and photos")],
    home: Annotated[Path, Field(title="Folder for everything that Catchlight keeps")],
    preset: Annotated[str, Field(title="Brand preset")] = "house",
    only: Annotated[list[str] | None, Field(title="Only these employee ids (empty: everyone)")] = None,
    engine: Annotated[str, Field(title="Engine (empty: the preset's own)")] = "",
    workers: Annotated[int, Field(title="Worker processes (0: one a core)", ge=0)] = 0,
    shard_size: Annotated[int, Field(title="People a shard", ge=1, le=5000)] = 50,
) -> Path:
    """Refresh the portraits of a company up to the contact sheet. Nothing is published.

    Args:
        source: Folder that holds directory.csv and photos/.
        home: Where pictures, tables and results are kept.
        preset: How the company looks; see catchlight preset list.
        only: Employee ids to refresh; leave empty for everyone.
        engine: Lets this engine do every job it offers.
        workers: Worker processes; 0 means one for each core.
        shard_size: How many people one shard holds.

    """
    job = Job(
        source=source, home=home, preset=preset, only=tuple(only or ()), engine=engine,
        workers=workers, shard_size=shard_size,
    )  # fmt: skip
    with Home(home).alone(), reporting():
        return develop_and_show(job)


def develop_and_show(job: Job) -> Path:
    """Run the stages as Prefect tasks; a person whose recipe was finished before costs nothing."""
    started = time.perf_counter()
    plan = gather(job)
    gathered = time.perf_counter()
    shards, waiting = plan.shards(), plan.waiting()
    counter = Counter("Developing", sum(map(len, shards.values())))
    with Darkroom(bench_of(plan), job.workers) as darkroom:
        futures = [develop.submit(plan, n, orders, darkroom, counter) for n, orders in shards.items()]
        for future in futures:
            future.result()
    timings = {"gather": gathered - started, "develop": time.perf_counter() - gathered}
    return contact_sheet(plan, counts_of(plan, waiting), timings)


def show_unchanged(plan: Plan, seconds: float) -> Path:
    """Show a run in which nobody has to be developed; needs neither workers nor a server."""
    started = time.perf_counter()
    shards = plan.shards()
    counter = Counter("Developing", sum(map(len, shards.values())))
    for number, orders in shards.items():
        develop.fn(plan, number, orders, Remembered(plan.home.recipes), counter)
    timings = {"gather": seconds, "develop": time.perf_counter() - started}
    return contact_sheet.fn(plan, counts_of(plan, 0), timings)


def counts_of(plan: Plan, waiting: int) -> dict[str, int]:
    """Return how many were rendered now and how many were known."""
    people = len(plan.employees())
    return {"rendered": waiting, "reused": people - waiting}


def bench_of(plan: Plan) -> Bench:
    """Return what the workers need to set themselves up."""
    job, home = plan.job, plan.home
    models = job.models or default_root()
    return Bench(
        job.brand(),
        models,
        home.vault.root,
        home.recipes.root,
        home.logs / "darkroom.log",
        job.allow_noncommercial,
    )

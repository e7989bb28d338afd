"""``catchlight refresh``: from photos to a contact sheet."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from catchlight.amounts import amount, people
from catchlight.job import Job
from catchlight.loading import loading
from catchlight.runs import run_folder
from flows.commands.options import HOME, HomeOption
from flows.sources import asked_by
from flows.terminal import bars, console, plain, told

app = typer.Typer()


@app.command("refresh")
def refresh(
    source: Annotated[
        Path,
        typer.Option(
            "--source", help="Folder with directory.csv (or .xlsx) and photos/, or a job file (.toml)."
        ),
    ],
    home: HomeOption = HOME,
    preset: Annotated[
        str,
        typer.Option(
            "--preset",
            help="Brand preset: a name or a .toml file; else the job file's, or house. Groups keep theirs.",
        ),
    ] = "",
    engine: Annotated[str, typer.Option("--engine", help="Let this engine do every job it offers.")] = "",
    only: Annotated[str, typer.Option("--only", help="Employee ids, separated by commas.")] = "",
    department: Annotated[
        list[str] | None,
        typer.Option("--department", help="Only people of this department; give it again for more."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="Worker processes; 0 is one for each core.")
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; render nothing.")
    ] = False,
    shard_size: Annotated[int, typer.Option("--shard-size", min=1, help="People in one shard.")] = 50,
    accept_fewer: Annotated[
        bool,
        typer.Option(
            "--accept-fewer",
            help="Go on though far fewer people are listed, or have a photo, than last time.",
        ),
    ] = False,
    runner: Annotated[
        str,
        typer.Option("--runner", help="local (processes of this machine), dask or ray; else the job file's."),
    ] = "",
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster", metavar="ADDRESS", help="A Dask or Ray cluster that runs; else one is started."
        ),
    ] = "",
    share: Annotated[
        str,
        typer.Option(
            "--slice",
            metavar="RANK/WORLD",
            help="Share the run with commands that were given the other slices, here or on other machines.",
        ),
    ] = "",
) -> None:
    """Refresh the portraits of a company, up to the contact sheet. Nothing is published.

    Run it again after an interruption and it goes on where it stopped; run it on an unchanged
    folder and it renders nobody. Originals are never changed.

    A large company on several machines: run the same command on each, on one home that all of them
    see, with --slice 1/4, 2/4 and so on. Whoever is first gathers; each begins with its own part, then
    does what is left of the others'. All end together, with the same contact sheet.

    Exit code 0: everyone has a portrait or a verdict. 1: some photos could not be used, or a check failed; the
    rest is done. 2: it could not start, or could not go on (a source does not answer, the disk is full); the
    message says why, and the same command goes on where it stopped.
    """
    with told():
        asked = asked_by(source)
        job = Job(
            source=source,
            home=home,
            preset=preset or asked.preset,
            engine=engine or asked.engine,
            only=(only,) if only.strip(" ,") else (),  # told apart once it is known who there is
            departments=tuple(department or ()),
            workers=workers,
            shard_size=shard_size,
            accept_fewer=accept_fewer,
            share=share,
            on=asked.on.instead(runner, cluster),
        )
        if dry_run:
            return _dry(job)
        folder = run(job)
    raise typer.Exit(tell(folder))


def _dry(job: Job) -> None:
    """Count what would be developed. Of what is read for that, nothing is kept."""
    from flows.rehearsal import rehearse  # noqa: PLC0415

    with bars():
        found = rehearse(job)
    console.print(found.sentence)
    _found(found.findings)


def run(job: Job) -> Path:
    """Run the flow; where nobody has to be developed, its stages alone."""
    with loading():
        from flows.session import session  # noqa: PLC0415

    with bars(), session(job) as begun:
        if not begun.waiting:
            from flows import stages  # noqa: PLC0415

            return stages.straight(begun)  # everyone is known: needs neither workers nor Prefect
        with loading():
            from flows import refresh as flows  # noqa: PLC0415  Prefect is slow to import
            from flows.server import prefect_server  # noqa: PLC0415

        with prefect_server(job.home, job.share.replace("/", "-of-")):
            folder = flows.refresh(
                source=job.source, home=job.home, preset=job.preset, departments=job.departments,
                only=job.only,
                engine=job.engine, workers=job.workers, shard_size=job.shard_size,
                accept_fewer=job.accept_fewer, share=job.share,
                runner=job.on.runner, cluster=job.on.address,
            )  # fmt: skip
            return folder or run_folder(job.home)


def tell(folder: Path) -> int:
    """Print three lines of what happened and where to look; return the exit code."""
    run: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
    counts = run["counts"]
    without = f", {counts['photoless']} without a photo that can be read" if counts.get("photoless") else ""
    console.print(
        f"{people(counts['people'])}: {counts['accept']} accepted, {counts['review']} to look at, "
        f"{amount(counts['retake'], 'needs', 'need')} a new photo ({counts['rendered']} rendered, {counts['reused']} known already{without}).",
        soft_wrap=True,
    )
    told_of = [c for c in run["consistency"] if c["before"] is not None and c["after"] is not None]
    if told_of:
        figures = "; ".join(f"{c['what']} ±{c['before']} → ±{c['after']} {c['unit']}" for c in told_of)
        console.print(f"{figures}.", soft_wrap=True)
    console.print(f"Contact sheet: {(folder / 'contact_sheet.html').resolve()}", soft_wrap=True)
    if run.get("carried"):
        console.print("{people} of them as they are in run {run}.".format(**run["carried"]), soft_wrap=True)
    _found([finding["sentence"] for finding in run["findings"][:20]])
    from catchlight.failed_checks import KIND  # noqa: PLC0415  loads polars

    failed = any(finding["kind"] == KIND for finding in run["findings"])
    return 1 if counts["unusable"] or failed else 0


def _found(sentences: Iterable[str]) -> None:
    """Print what was found, in which names of files and cells of lists stand."""
    for one in sentences:
        console.print(f"  {plain(one)}", markup=False, soft_wrap=True)

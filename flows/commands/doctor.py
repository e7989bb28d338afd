"""``catchlight doctor``: whether a job would run, proved without changing anything."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import CatchlightError, ConfigError
from catchlight.job_file import JobFile
from flows.commands.publish_words import say
from flows.commands.refresh import HomeOption
from flows.destinations import FILE, Destination, destinations
from flows.sources import Wired, wire
from flows.terminal import told

app = typer.Typer()


@app.command("doctor")
def doctor(
    job: Annotated[
        Path, typer.Option("--job", help="Job file (.toml) whose sources and destinations are proved.")
    ],
    home: HomeOption = Path("catchlight-home"),
) -> None:
    """Prove a job file: its preset and models, every source's and every destination's credentials and rights.

    Nothing is changed anywhere, and no photo is kept. Each line that is not "ready" says what is missing, in the
    vendor's words.

    Exit code 0: all is ready. 1: something stands in the way. 2: the job file itself is wrong; every mistake is told.
    """
    with told():
        file, sources = wire(job)
        wrong = 0
        for name, sentences in _proved(job, home, file, sources):
            say(f"{name}: {'ready' if not sentences else ''}".rstrip())
            for sentence in sentences:
                say(f"  {sentence}")
            wrong += bool(sentences)
    raise typer.Exit(1 if wrong else 0)


def _proved(job: Path, home: Path, file: JobFile, sources: list[Wired]) -> Iterator[tuple[str, list[str]]]:
    yield f"preset {file.preset}", _preset(job, home, file)
    for source in sources:
        yield f"source {source.name} ({source.table.kind})", _probed(source)
    known = destinations(home) if file.publish else {}
    for name in file.publish:
        if name in known:
            yield f"destination {name}", _probed(known[name])
        else:
            yield (
                f"destination {name}",
                [f"publish: {home / FILE} has no [{name}]; it has: {', '.join(known) or 'none'}"],
            )


def _preset(job: Path, home: Path, file: JobFile) -> list[str]:
    from catchlight.config import Job  # noqa: PLC0415
    from flows.readiness import check  # noqa: PLC0415  loads engines

    try:
        check(Job(source=job, home=home, preset=file.preset, engine=file.engine))
    except ConfigError as error:
        return [str(error)]
    return []


def _probed(one: Wired | Destination) -> list[str]:
    try:
        return one.probe()
    except CatchlightError as error:
        return [str(error)]

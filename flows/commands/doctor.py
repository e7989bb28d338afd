"""``catchlight doctor``: whether this machine, this home and a job would run, proved without changing anything."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from catchlight.checkup import Finding, State, look_at_machine
from catchlight.checkup_barred import help_for, tried
from catchlight.checkup_home import look_at_home
from catchlight.checkup_plug_ins import look_at_plug_ins
from catchlight.checkup_settings import look_at_settings
from catchlight.checkup_signing import look_at_signing
from catchlight.errors import CatchlightError, ConfigError
from catchlight.job_file import JobFile
from flows.commands.options import HOME, LookedAtOption
from flows.commands.publish_words import say
from flows.destinations import FILE, Destination, destinations
from flows.left_standing import left_standing
from flows.ports import look_at_ports
from flows.sources import Wired, wire
from flows.terminal import told
from reports.signatures import load_style

app = typer.Typer()


@app.command("doctor")
def doctor(
    job: Annotated[
        Path | None,
        typer.Option("--job", help="Job file (.toml) whose preset and sources are proved, too."),
    ] = None,
    home: LookedAtOption = HOME,
    all_: Annotated[bool, typer.Option("--all", help="Read every picture, not some of them.")] = False,
) -> None:
    """Look at this machine and at a home folder, and prove a job file: each line ok, warn or fail, with a remedy.

    Python, processor and graphics card, memory, disk, clock, plug-ins of other packages, ports, telemetry; models, settings files,
    databases, register, audit log, secrets, the certificates that portraits are signed with; whether register and pictures are of the same day, as after a restore
    they may not be; whether what the register and the newest run name is there, unchanged: each picture is looked for,
    and a hundred or so are read, with --all every one. Every destination of the home's destinations.toml is asked for credentials and rights, with --job
    also each source, in the vendor's words; and its preset is proved. Nothing is changed anywhere.

    Exit code 0: nothing failed. 1: something stands in the way. 2: the job file itself is wrong.
    """
    with told():
        wrong = sum(_tell(finding) for finding in _looked_at(home, whole=all_))
        for name, sentences in _proved(job, home):
            say(f"{name}: {'ready' if not sentences else ''}".rstrip())
            for sentence in sentences:
                say(f"  {sentence}")
            wrong += bool(sentences)
    raise typer.Exit(1 if wrong else 0)


def _looked_at(home: Path, *, whole: bool) -> Iterator[Finding]:
    yield from look_at_machine(home)
    yield from look_at_plug_ins()
    yield from tried("Ports", look_at_ports(home))
    yield from tried("Settings", look_at_settings(home, {FILE: _destinations}))
    yield from tried("Home", look_at_home(home, whole=whole))
    yield from tried("Signing", look_at_signing(home, datetime.now(UTC)))
    yield from _left_standing(home)


def _left_standing(home: Path) -> Iterator[Finding]:
    """Yield the places that no plan looks at and where portraits still stand; what hinders that has its own line."""
    with suppress(CatchlightError, OSError):
        for one in left_standing(home):
            yield Finding(State.WARN, "Destinations", one.said, one.remedy)


def _tell(finding: Finding) -> bool:
    """Print a finding; return whether it failed."""
    say(f"{finding.state:<5} {finding.what:<14} {finding.said}")
    if finding.remedy and finding.state != State.OK:
        say(f"{'':<20} → {finding.remedy}")
    return finding.state == State.FAIL


def _proved(job: Path | None, home: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands against a job's preset, its sources, and each destination of the home or the job."""
    publish: tuple[str, ...] = ()
    if job:
        file, sources = wire(job)
        publish = tuple(file.publish)
        looks = dict.fromkeys([file.preset, *(group.preset for group in file.groups)])
        yield f"preset {', '.join(looks)}", _preset(job, home, file)
        for source in sources:
            yield f"source {source.name} ({source.table.kind})", _probed(source)
    known = _known(home)
    for name in dict.fromkeys((*publish, *known)):
        if name in known:
            yield f"destination {name}", _probed(known[name])
        else:
            yield (
                f"destination {name}",
                [f"publish: {home / FILE} has no [{name}]; it has: {', '.join(known) or 'none'}"],
            )


def _destinations(home: Path) -> dict[str, Destination]:
    """Read all destinations, and the style of those that are of signatures."""
    known = destinations(home)
    for one in known.values():
        if one.signatures:
            load_style(one.signatures.folder)
    return known


def _known(home: Path) -> dict[str, Destination]:
    try:
        return destinations(home)
    except (ConfigError, OSError):  # it has its own line
        return {}


def _preset(job: Path, home: Path, file: JobFile) -> list[str]:
    from catchlight.job import Job  # noqa: PLC0415
    from catchlight.judge import limits  # noqa: PLC0415  loads polars
    from flows.readiness import brands, check  # noqa: PLC0415  loads engines

    asked = Job(source=job, home=home, preset=file.preset, engine=file.engine)
    try:
        check(asked)
        for brand in brands(asked):
            limits(brand)
    except ConfigError as error:
        return [str(error)]
    return []


def _probed(one: Wired | Destination) -> list[str]:
    try:
        return one.probe()
    except CatchlightError as error:
        return [str(error)]
    except OSError as error:
        return [f"{error.filename}: {error.strerror}; {help_for(error)}"]

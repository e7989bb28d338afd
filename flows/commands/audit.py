"""``catchlight audit``: who did what, and whether anybody touched the log of it."""

import dataclasses
import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from catchlight import audit_check, audit_reading, restored
from catchlight.audit import Act, Head, Seal
from catchlight.audit_settings import seal_of
from catchlight.desk import place_of_register, register_of
from catchlight.errors import ConfigError
from catchlight.mistyped import unknown
from catchlight.register import Register
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.spelt import spelt
from flows.terminal import told

HELP = "Who did what, in a log that nobody can change unnoticed."
app = typer.Typer(no_args_is_help=True, help=HELP)


@app.callback()
def audit() -> None:
    """Read and prove the log of who did what."""


@app.command("verify")
def verify(
    home: HomeOption = HOME,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help='A head that was kept elsewhere, as printed by head: "COUNT SEAL".'),
    ] = None,
) -> None:
    """Prove that no line was changed, taken out or cut off, and that the register is as the log tells, in its order.

    Reads every line, row and name. The head in the anchor (audit.toml) is compared, and each one given by --head.

    Exit code 0: all is as it was written. 2: it is not, and each finding is told.
    """
    with told():
        register, seal = _open(home)
        report = audit_check.verify(register, seal, tuple(map(_head, head or [])))
        for problem in report.problems:
            say(f"  {problem}")
        if report.problems:
            message = f"the audit log of {home} is not as it was written"
            raise ConfigError(message)
        say(f"{report.head.lines} lines, each as it was written. Head: {report.head}")


@app.command("show")
def show(
    home: HomeOption = HOME,
    person: Annotated[str, typer.Option("--person", help="Only what concerns this employee id.")] = "",
    by: Annotated[str, typer.Option("--by", help="Only what this id did.")] = "",
    last: Annotated[int, typer.Option("--last", help="Only so many of the newest lines; 0 is all.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for a program.")] = False,
) -> None:
    """Show who did what and when, the oldest first. Times are UTC.

    #… stands for somebody who was erased, or whose name somebody changed behind the log's back, which verify tells. Nothing is changed.

    Exit code 0: shown. 2: there is no such home.
    """
    with told():
        person, by = spelt(home, person), spelt(home, by)
        register, seal = _open(home)
        found = audit_reading.entries(register, seal, person, by)
        empty = True
        for entry in list(found)[-last:] if last else found:
            empty = False
            say(json.dumps(dataclasses.asdict(entry)) if as_json else _words(entry))
        if person and empty and not as_json:
            wrong = unknown(home, register, person)
            say(
                f"Nothing is logged about {person}{' by this id' if by else ''}{f': {wrong}' if wrong else '.'}"
            )


@app.command("head")
def head(home: HomeOption = HOME) -> None:
    """Print how many lines there are and the seal of the last: what is kept elsewhere proves that nothing was cut off.

    Mail it to the data protection officer from time to time, from cron for instance, and give it to
    `catchlight audit verify --head` later.

    Exit code 0: printed. 2: there is no such home.
    """
    with told():
        register, _ = _open(home)
        say(str(audit_check.head_of(register)))


@app.command("accept")
def accept(
    why: Annotated[
        str, typer.Argument(metavar="WHY", help="Why lines are missing; no names. It goes into the log.")
    ],
    home: HomeOption = HOME,
) -> None:
    """Go on after a backup was put back: what was said and published since then is missing, and the log says so.

    Publishing refuses to start until this is done: first look through who took their yes back since the backup, as
    they would be shown again. Where the register was lost and there is no backup, nothing starts until this begins a
    new one, without any answer.

    Exit code 0: written down. 2: nothing was put back, and nothing is missing.
    """
    with told():
        register, seal = _open_anew(home)
        problems = [one for one in (restored.problem(home), audit_check.behind(register, seal)) if one]
        if not problems:
            message = (
                "nothing is missing: no backup was put back here, and the log reaches to its anchored head"
            )
            raise ConfigError(message)
        register.tell(Act.RESTORED, getpass.getuser(), detail="; ".join([*problems, why]))
        if seal.anchor:
            seal.anchor.replace(audit_check.head_of(register))
        restored.accept(home)
        say(f"Written down: {'; '.join(problems)}.")


def _open(home: Path) -> tuple[Register, Seal]:
    _must_be_there(home)
    seal = seal_of(home)
    return Register(register_of(home), seal), seal


def _open_anew(home: Path) -> tuple[Register, Seal]:
    """Open the register, or begin one in the place of another that was lost."""
    _must_be_there(home)
    seal = seal_of(home)
    return Register(place_of_register(home), Seal(seal.file)), seal


def _must_be_there(home: Path) -> None:
    if not home.is_dir():
        message = f"home {home}: no such folder; name the one that the refresh wrote to with --home"
        raise ConfigError(message)


def _head(text: str) -> Head:
    count, _, seal = text.strip().partition(" ")
    if not count.isdecimal() or not seal:
        message = f"--head {text!r}: write it as `catchlight audit head` prints it, within quotes"
        raise ConfigError(message)
    return Head(int(count), seal.strip())


def _words(entry: audit_reading.Entry) -> str:
    about = f" of {entry.person}" if entry.person else ""
    by = f" by {entry.by}" if entry.by else ""
    detail = f": {entry.detail}" if entry.detail else ""
    return f"{entry.number:>6}  {entry.at[:19].replace('T', ' ')}  {entry.act}{about}{by}{detail}"

"""``catchlight people erase`` and ``readmit``: one person goes out of everything here, and may be taken in again."""

import shlex
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from catchlight import backup_erasure, erasure
from catchlight.amounts import amount
from catchlight.checkup import shown
from catchlight.coming_back import said_no
from catchlight.desk import alone, open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.tombstones import FOLDER, folders, read_tombstones, take_away, unkept
from catchlight.traces import known_ids
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.erasing import erase, redraw
from flows.shown_at import desks_and_why, places
from flows.spelt import spelt
from flows.terminal import sure, told

_SECOND = "Make {folder} for this account, or name another folder in trust.toml: tombstones."
EmployeeArgument = Annotated[str, typer.Argument(metavar="ID", help="Employee id, as the list has it.")]


def erase_person(
    employee: EmployeeArgument,
    home: HomeOption = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    gone: Annotated[
        list[str] | None,
        typer.Option(
            "--gone",
            metavar="PLACE",
            help="A place that does not exist any more, as this command names it; may be given again.",
        ),
    ] = None,
    backups: Annotated[
        Path | None,
        typer.Option(
            "--backups", metavar="DIR", help="Folder of backups made before: erase them in each, too."
        ),
    ] = None,
) -> None:
    """Erase one person: pictures, answers, consents, letters, every row and line about them, in all runs.

    First they are taken off all places, and what was there before comes back. What was backed up, and the right to undo
    it, goes as well. A reference that names nobody stays, so that neither the next list nor a restored backup brings
    them back. With --backups they go out of older backups as well, also when they were erased here before. Their photos in your own systems are not ours and stay. At the end everything is searched for them.

    Exit code 0: nothing is left. 1: something is left, and it is named. 2: nobody has this id, it was not confirmed, it
    could not start, or a place did not let them go: then nothing was erased.
    """
    with told():
        here = there = 0
        employee = spelt(home, employee)
        if not backups or not read_tombstones(home).has("id", employee):
            _foretell(home, employee, gone or [])
            sure("This cannot be undone. Go on?", "nothing was erased", yes=yes or dry_run)
            here = 0 if dry_run else _erase(home, employee, gone or [])
        if backups:
            there = _in_backups(backups, employee, dry_run=dry_run)
    raise typer.Exit(max(here, there))


def _foretell(home: Path, employee: str, gone: list[str]) -> None:
    """Say what would go; ConfigError when there is nothing of them, or nothing of theirs at a place that is gone."""
    with closing(open_register(home)) as register:
        if employee not in known_ids(home, register):
            message = f"nothing is known of {employee!r}, so there is nothing to erase"
            raise ConfigError(message)
        found = erasure.foresee(home, register, employee)
    standing = places(home, employee)
    for place in gone:
        if place not in standing:
            message = f"--gone {place}: nothing of theirs stands there; it does at {', '.join(standing) or 'no place'}"
            raise ConfigError(message)
    say(f"{employee}: {_amounts(found.pictures, found.rows)}, {amount(found.files, 'file')}.")
    _tell_places(home, employee, standing, gone)
    if why := unkept(home):
        say(f"A restored backup would bring them back: {why}. {_SECOND.format(folder=folders(home)[1])}")


def _tell_places(home: Path, employee: str, standing: list[str], gone: list[str]) -> None:
    shut = {desk.place.name: why for desk, why in desks_and_why(home, employee)}
    off = [name for name in shut if name not in gone]
    say(f"To be taken off first: {', '.join(off) or 'nothing, they are published nowhere'}.")
    for name in off:
        if shut[name]:
            say(f"  Not to be reached: {name}: {shut[name]}. Where it does not exist any more: --gone {name}")
    for name in standing:
        if name not in shut:
            say(f"  Stays: {name}, where they put their picture themselves.")


def _erase(home: Path, employee: str, gone: list[str]) -> int:
    """Erase somebody while nobody else is at work here, and say so; return the exit code."""
    with Home(home).alone(), alone(home):
        done = erase(home, employee, gone)
    return _tell(home, done)


def _in_backups(folder: Path, employee: str, *, dry_run: bool) -> int:
    """Erase somebody in each backup of a folder; return the exit code."""
    found = backup_erasure.all_in(folder)
    say(f"{amount(len(found), 'backup')} in {folder}{': they would be searched, too' if dry_run else ''}.")
    left = False
    for one in found if not dry_run else ():
        done = backup_erasure.erase_in(one, employee, redraw)
        if done:
            say(
                f"{done.folder.name}: {amount(done.pictures, 'picture')} deleted, {amount(done.files, 'file')} scrubbed."
            )
            for place in done.left:
                say(f"  Still there: {place}")
            left = left or bool(done.left)
    return int(left)


def _amounts(pictures: int, rows: int) -> str:
    return f"{amount(pictures, 'picture')}, {amount(rows, 'row')} of the register"


def _tell(home: Path, done: erasure.Erased) -> int:
    """Say what was done and what is left; return the exit code."""
    say(f"Erased: {_amounts(done.pictures, done.rows)}, {amount(done.files, 'file')} scrubbed.")
    outside = [folder for folder in done.kept if home.resolve() not in folder.resolve().parents]
    if outside:
        say(
            f"Left out of later runs and of restored backups: {outside[0]} (keep it apart from backups of {home})."
        )
    else:
        say(
            "The list of who was erased could be written into the home folder alone: a restored backup would bring them "
            f"back. {_SECOND.format(folder=folders(home)[1])} Then copy the list: "
            f"cp -a {shown(home / FOLDER)}/. {shown(folders(home)[1])}"
        )
    for place in done.left:
        say(f"Still there: {place}")
    if not done.left:
        say("Searched for id, names, e-mail and every digest: nothing is left.")
    return 0 if outside and not done.left else 1


def readmit(employee: EmployeeArgument, home: HomeOption = HOME) -> None:
    """Let somebody who was erased be taken in again, because they want to. The next refresh begins anew with them.

    Exit code 0: done. 2: nobody with this id was erased.
    """
    with told():
        if not read_tombstones(home).has("id", employee) or not take_away(home, employee):
            message = f"nobody with the id {employee!r} was erased here{_refused(home, employee)}"
            raise ConfigError(message)
        say(f"{employee} is taken in again by the next refresh.")


def _refused(home: Path, employee: str) -> str:
    """Return what helps somebody who refused and does not any more, "" for everybody else."""
    if not said_no(home, employee):
        return ""
    return (
        ". They said that their photo shall not be processed; once they say otherwise: "
        f"catchlight people consent {shlex.quote(employee)} --purpose edit --said granted --home {shown(home)}"
    )

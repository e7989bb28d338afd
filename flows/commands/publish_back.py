"""``catchlight publish verify`` and ``rollback``: is all as it was published, and the way back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from catchlight.amounts import amount
from catchlight.desk import Desk, alone, open_desk, open_register
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError
from catchlight.journal import by_destination, stacks
from catchlight.records import Receipt
from catchlight.rollback import foresee
from catchlight.rollback import rollback as undo
from catchlight.runs import run_folder
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_options import ToOption, YesOption, ask
from flows.commands.publish_words import say, tell_results
from flows.destinations import place_named
from flows.spelt import spelt
from flows.terminal import told


def verify(home: HomeOption = HOME, to: ToOption = "") -> None:
    """Read back everything that was published, and the backups, and list what is not as it was left.

    Exit code 0: all as published. 1: something is not. 2: it could not start.
    """
    drifts = []
    with told():
        for desk in _desks(home, to):
            found = find_drift(desk)
            drifts += found
            files = len(stacks(desk.register.receipts(desk.place.name)))
            say(f"{desk.place.name}: {amount(files, 'file')} published, {amount(len(found), 'finding')}")
            for drift in found:
                say(f"  {drift.kind:<12} {drift.employee or '-'}  {drift.target}: {drift.sentence}")
    raise typer.Exit(1 if drifts else 0)


def rollback(
    home: HomeOption = HOME,
    run: Annotated[
        str, typer.Option("--run", help="Undo this run; without --person: the one that was published last.")
    ] = "",
    person: Annotated[
        str, typer.Option("--person", help="Only this employee id; without --run: all runs.")
    ] = "",
    to: ToOption = "",
    force: Annotated[bool, typer.Option("--force", help="Also where somebody changed it since.")] = False,
    yes: YesOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look, and say what would be put back; write nothing.")
    ] = False,
) -> None:
    """Put back what was there before; where nothing was, nothing is left.

    A picture that somebody changed since is left alone, unless --force is given. Where somebody said no since, no earlier
    portrait of theirs comes back, but what was there before any of ours. Answers stay as they are: the next plan would
    publish an approved portrait again.

    Exit code 0: all done. 1: some failed or stay because they changed, the rest are done. 2: it
    could not start, or not go on.
    """
    with told():
        run = run_folder(home, "latest").name if run == "latest" else run
        desks, person = list(_desks(home, to)), spelt(home, person)
        of = [(desk, run or ("" if person else _published_last(desk))) for desk in desks]
        if dry_run:
            _say_what_would(of, person, force=force)
            raise typer.Exit
        ask(home, len({one.employee for desk, name in of for one in _ours(desk, name, person)}), yes=yes)
        with alone(home):
            results = [result for desk, name in of for result in undo(desk, name, person, force=force)]
        if not results:
            say("Nothing of this is published, so nothing was changed.")
    raise typer.Exit(tell_results(results))


def _published_last(desk: Desk) -> str:
    """Return the run whose pictures were sent last of those that stand; a newer run that nobody published is none to undo."""
    tops = sorted(_ours(desk, "", ""), key=lambda top: top.at)
    return tops[-1].run if tops else ""


def _say_what_would(of: Iterable[tuple[Desk, str]], person: str, *, force: bool) -> None:
    """Print what would be put back at each destination."""
    for desk, run in of:
        found = foresee(desk, run, person, force=force)
        if found:
            say(f"{desk.place.name}:")
            tell_results(found)
    say("Dry run: nothing was written.")


def _desks(home: Path, to: str) -> Iterable[Desk]:
    """Return a desk for one destination, or for each that was ever published to."""
    if to:
        return [open_desk(home, place_named(to, home))]
    sent = by_destination(open_register(home).receipts())
    desks = [_desk(home, name, stands=bool(stacks(rows))) for name, rows in sent.items()]
    return [desk for desk in desks if desk]


def _desk(home: Path, name: str, *, stands: bool) -> Desk | None:
    """Return a desk for a destination; None where it is gone and nothing of ours ``stands`` there."""
    try:
        return open_desk(home, place_named(name, home))
    except (ConfigError, OutsideError):
        if stands:
            raise
    return None


def _ours(desk: Desk, run: str, person: str) -> Iterable[Receipt]:
    tops = (stack[-1] for stack in stacks(desk.register.receipts(desk.place.name)).values())
    return [top for top in tops if top.employee and run in ("", top.run) and person in ("", top.employee)]

"""``catchlight people purge``: what is past its term goes."""

from typing import Annotated

import typer

from catchlight.promises import Keep
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.purging import FOLDER, purge_home, undone
from flows.terminal import told


def purge_all(
    home: HomeOption = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; delete nothing.")] = False,
) -> None:
    """Delete what is past its term: photos, portraits nobody chose, backups, runs, letters, logs, people who left.

    The terms stand below "keep" in trust.toml, in days. What stands published keeps its backup for as long as it stands. Each
    pass leaves a report of counts in purges/. Deploy the flow of the same name to have it done nightly.

    Exit code 0: done. 1: something damaged stood in the way of some kinds, and is named; all others were done. 2: it could not start, for instance while a refresh is at work.
    """
    with told():
        done = purge_home(home, dry=dry_run)
        for one in done:
            meaning = Keep.model_fields[one.kind].description
            say(f"{one.kind:<10} {one.count:>6}   after {one.days} days: {meaning}")
        say("Nothing was deleted." if dry_run else f"Report: {home / FOLDER}")
        if why := undone(done):
            say(f"Not done: {why}")
            raise typer.Exit(1)

"""``catchlight publish withdrawals``: whoever took their yes back is off every place, in time, with a proof."""

from typing import Annotated

import typer

from catchlight.register import now
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_options import YesOption, ask
from flows.commands.publish_words import say
from flows.terminal import told
from flows.withdrawing import guard, honour, waiting


def withdrawals(
    home: HomeOption = HOME,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List who waits and until when; change nothing.")
    ] = False,
    at_most: Annotated[
        int, typer.Option("--at-most", min=1, help="Refuse when more people than this took their yes back.")
    ] = 50,
    yes: YesOption = False,
) -> None:
    """Put the old picture back everywhere for those who said no after they were published. No plan is needed.

    It asks nobody, with a terminal or without, unless more people took their yes back than ask_above in publish.toml (50).

    Each has a proof in proofs/ of the home folder: what was put back where and when, and what is read back there.
    trust.toml says how many hours there are (24). Deploy the flow of the same name to have it done hourly.

    Exit code 0: nobody is shown against their word. 1: somebody still is, and why is said. 2: it could not start.
    """
    with told():
        found = waiting(home)
        for one in found:
            late = ", OVERDUE" if one.is_overdue(now()) else ""
            say(
                f"{one.employee} at {one.destination}: {one.reason}, said {one.said[:16]}, due {one.due[:16]} UTC{late}"
            )
        if dry_run or not found:
            say(f"{len(found)} to put back.")
            raise typer.Exit(1 if any(one.is_overdue(now()) for one in found) else 0)
        guard(home, at_most)
        ask(home, len({one.employee for one in found}), yes=yes)
        done = honour(home, at_most)
        for file in done.proofs:
            say(f"Proof: {file}")
        for one, why in done.failed:
            say(f"Still shown: {one.employee} at {one.destination}: {why}")
    raise typer.Exit(1 if done.failed else 0)

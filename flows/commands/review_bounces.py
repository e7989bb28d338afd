"""``catchlight review bounces``: letters that came back after the mail server had taken them."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.letters import open_bureau
from flows.returned_mail import Returned, take_back
from flows.terminal import told

_SHOWN = 10


def bounces(
    place: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER_OR_MBOX", help="A folder of .eml files, a Maildir, an mbox, or one .eml file."
        ),
    ],
    home: HomeOption = HOME,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the reports would change; change nothing.")
    ] = False,
) -> None:
    """Read the reports of mail servers on letters that could not be delivered, and mark those letters.

    A mail server often takes a letter and says hours later that it could not deliver it: it sends a report
    (RFC 3464) to the sender's mailbox. Save that mailbox, or export it, and name it here. Whoever was not
    reached counts as not asked: their silence decides nothing. Correct the address, then run catchlight review
    invite --retry-failed.

    Only permanent failures (5.x.x) count, and only reports that name one of our letters and the address that it
    went to; anything else is told and changes nothing. The mails stay as they are, and reading them twice
    changes nothing more.

    Exit code 0: done. 1: some reports are about no letter of ours. 2: it could not start.
    """
    with told():
        found = take_back(open_bureau(home), place, dry=dry_run)
    _tell(found)
    if dry_run:
        say("Nothing was changed.")
    raise typer.Exit(1 if found.strange else 0)


def _tell(found: Returned) -> None:
    say(f"Mails: {found.mails}. Reports: {found.reports}. Letters that came back: {len(found.failed)}.")
    for employee, why in found.failed:
        say(f"  {employee} was not reached: {why}")
    for why, count in found.left.items():
        say(f"  {count} not counted: the report {why}")
    for name, why in found.strange[:_SHOWN]:
        say(f"  {name} changed nothing: the report {why}")
    if len(found.strange) > _SHOWN:
        say(f"  and {len(found.strange) - _SHOWN} more")

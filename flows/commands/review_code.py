"""``catchlight review code``: personal codes that the answers of a contact sheet are signed with."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import ConfigError
from catchlight.reviewer_codes import issue_code, reviewers, revoke_code
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.terminal import told


def code(
    name: Annotated[str, typer.Argument(help="Who gets a code; their decisions will carry this name.")] = "",
    home: HomeOption = HOME,
    revoke: Annotated[
        str, typer.Option("--revoke", metavar="NAME", help="Let this reviewer's code sign nothing any more.")
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="Say who has a code, and since when.")] = False,
) -> None:
    """Give a reviewer a personal code, with which they sign the answers that a contact sheet saves.

    The code is shown once; only a key made of it is kept, in secrets/reviewers of the home folder.
    """
    with told():
        if not home.is_dir():
            message = f"home {home}: no such folder; name the one that the refresh wrote to with --home"
            raise ConfigError(message)
        if bool(name) + bool(revoke) + list_ != 1:
            message = "review code: give one of NAME, --revoke NAME, --list"
            raise ConfigError(message)
        if list_:
            _list(home)
        elif revoke:
            gone = revoke_code(home, revoke)
            say(f"The code of {gone.name} signs nothing any more. Answers taken in before stay.")
        else:
            _issue(home, name)


def _issue(home: Path, name: str) -> None:
    issued = issue_code(home, name)
    say(f"Code of {' '.join(name.split())}, shown this once:")
    say("")
    say(f"    {issued}")
    say("")
    say("Give it to them alone: whoever has it can answer in their name. They type it, with this name, each")
    say("time they save the answers of a contact sheet; neither the page nor the file keeps it.")


def _list(home: Path) -> None:
    found = reviewers(home)
    for one in found:
        ended = f", revoked {one.revoked[:10]}" if one.revoked else ""
        say(f"{one.name}: since {one.issued[:10]}{ended}")
    if not found:
        say("Nobody has a code.")

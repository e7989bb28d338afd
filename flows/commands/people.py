"""``catchlight people``: what is known of one person."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from catchlight.desk import open_register
from catchlight.known import known_of
from flows.commands.people_words import words_of
from flows.commands.publish_words import say
from flows.commands.refresh import HomeOption
from flows.showplaces import read_showplaces
from flows.terminal import told

app = typer.Typer(no_args_is_help=True, help="What is known of one person.")


@app.callback()
def people() -> None:
    """Show what is known of one person."""


@app.command("show")
def show(
    employee: Annotated[str, typer.Argument(metavar="ID", help="Employee id, as the list has it.")],
    home: HomeOption = Path("catchlight-home"),
    as_json: Annotated[
        bool, typer.Option("--json", help="All rows, for a program, instead of plain words.")
    ] = False,
) -> None:
    """Show what is known of one person: portraits, answers, consents, and where they are published since when.

    Nothing is changed. Times are UTC.

    Exit code 0: shown. 2: nothing is known of this id.
    """
    with told():
        known = known_of(home, open_register(home), employee)
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(known), indent=2))
            return
        for line in words_of(known, read_showplaces(home)):
            say(line)

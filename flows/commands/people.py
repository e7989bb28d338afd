"""``catchlight people``: what is known of one person, and whose an id is."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.known import known_of
from catchlight.shown_why import against
from flows import claiming
from flows.commands.options import HOME, HomeOption
from flows.commands.people_consent import consent
from flows.commands.people_erase import erase_person, readmit
from flows.commands.people_export import export_person
from flows.commands.people_purge import purge_all
from flows.commands.people_words import words_of
from flows.commands.publish_words import say
from flows.showplaces import read_showplaces
from flows.spelt import spelt
from flows.terminal import told

app = typer.Typer(
    no_args_is_help=True,
    help="What is known of one person, what they allow, and how they are exported or erased.",
)


@app.callback()
def people() -> None:
    """Show what is known of one person, write down what they said, and say whose an id is."""


app.command("consent")(consent)
app.command("erase")(erase_person)
app.command("export")(export_person)
app.command("readmit")(readmit)
app.command("purge")(purge_all)


@app.command("show")
def show(
    employee: Annotated[str, typer.Argument(metavar="ID", help="Employee id, as the list has it.")],
    home: HomeOption = HOME,
    as_json: Annotated[
        bool, typer.Option("--json", help="All rows, for a program, instead of plain words.")
    ] = False,
) -> None:
    """Show what is known of one person: portraits, answers, consents, and where they are published since when.

    Nothing is changed. Times are UTC.

    Exit code 0: shown. 2: nothing is known of this id.
    """
    with told():
        employee, register = spelt(home, employee), open_register(home)
        known = known_of(home, register, employee)
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(known), indent=2))
            return
        for line in words_of(known, read_showplaces(home), against(home, register, employee)):
            say(line)


@app.command("confirm")
def confirm(
    employee: Annotated[str, typer.Argument(metavar="ID", help="Employee id that waits to be confirmed.")],
    source: Annotated[
        Path, typer.Option("--source", "--job", help="Folder or job file (.toml) that has the person.")
    ],
    home: HomeOption = HOME,
    same: Annotated[bool, typer.Option("--same", help="It is the person who had the id before.")] = False,
    another: Annotated[bool, typer.Option("--another", help="It is somebody else.")] = False,
) -> None:
    """Say whose an id is that came back after long, or that another person has now.

    Until then this person is left out of every run. Somebody else gets an id of their own (17 becomes 17~2), so
    that no answer, consent or picture of the former owner is ever theirs. The next run takes them along.

    Exit code 0: written down. 2: nobody has this id now, or neither --same nor --another was said.
    """
    with told():
        if same == another:
            message = "say --same (the person who had this id before) or --another (somebody else)"
            raise ConfigError(message)
        claim, id_ = claiming.confirm(source, home, employee, another=another)
        say(f"{claim.name or employee} ({claim.known_by}) is {id_}. The next run takes them along.")

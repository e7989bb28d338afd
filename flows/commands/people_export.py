"""``catchlight people export``: all that is known of one person, as one file to hand to them."""

import getpass
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from catchlight import plugins
from catchlight.amounts import amount
from catchlight.audit import Act
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.journal import standing_since
from catchlight.person_export import Explained, export
from catchlight.register import Register
from flows.commands.options import HOME, HomeOption
from flows.commands.people_erase import EmployeeArgument
from flows.commands.publish_words import say
from flows.showplaces import read_showplaces
from flows.spelt import spelt
from flows.terminal import told
from reports.export_page import export_pages


def export_person(
    employee: EmployeeArgument,
    to: Annotated[Path, typer.Option("--to", help="File to write (.zip), outside of the home folder.")],
    home: HomeOption = HOME,
) -> None:
    """Write everything that is known of one person into a ZIP for them: what GDPR Article 15 asks for.

    In it: a page in plain words (in English and German), all data (data.json), their pictures and signatures, what they
    answered and agreed to and the texts that they were shown, who may answer for them and for whom they may, what the
    audit log tells of them (who looked at their pictures, their sign-ins, what was taken off), each measure with what it
    means, where they are shown and for how long things are kept, and digests that prove the file. It is of one moment,
    also while a refresh is at work.

    Exit code 0: written. 2: nothing is known of this id, or the file cannot be written.
    """
    with told():
        if to.resolve().is_relative_to(home.resolve()):
            message = f"--to {to}: lies in the home folder, where it would be kept; choose another place"
            raise ConfigError(message)
        employee = spelt(home, employee)
        with closing(open_register(home)) as register:
            done = export(
                home,
                register,
                employee,
                to,
                checks=_checks(),
                recipients=_recipients(home, register, employee),
                pages=export_pages,
            )
            register.tell(Act.EXPORT, by=getpass.getuser(), person=employee)
        say(
            f"{to}: {amount(done.rows, 'row')}, {amount(done.files, 'picture or signature', 'pictures and signatures')}, "
            f"{amount(done.runs, 'run')}. Hand it to them, and to nobody else."
        )


def _checks() -> dict[str, Explained]:
    found = {name: plugins.load("catchlight.checks", name) for name in plugins.names("catchlight.checks")}
    return {
        name: Explained(module.TITLE, module.UNIT, str(module.__doc__).strip().partition("\n")[0])
        for name, module in found.items()
    }


def _recipients(home: Path, register: Register, employee: str) -> list[dict[str, str]]:
    places, standing = read_showplaces(home), standing_since(register.receipts(employee=employee))
    return [
        {
            "place": one.destination,
            "purpose": places.purpose_of(one.destination),
            "since": one.at,
            "file": one.target,
        }
        for one in standing
    ]

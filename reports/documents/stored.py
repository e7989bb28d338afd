"""What is stored, field by field, and what is measured: read from the records and checks themselves."""

import dataclasses
from dataclasses import dataclass

from catchlight import plugins
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.register_tables import TABLES
from catchlight.runs import Candidate
from reports.documents.wording import Wording
from reports.review.check_words import title, unit

_OF_RUNS = (Employee, Photo, Render, Reading, Verdict, Candidate)


@dataclass(frozen=True, slots=True)
class Stored:
    """One kind of rows: what they are, in a sentence, and their fields."""

    name: str
    words: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: what it is called, in which unit, and what it says."""

    title: str
    unit: str
    words: str


def of_register() -> list[Stored]:
    """Return the tables of the register, which answers, consents and receipts are in."""
    return [Stored(table.name, _words(record), _fields(record)) for record, table in TABLES.items()]


def of_runs() -> list[Stored]:
    """Return the tables that each run leaves about photos and portraits."""
    return [Stored(f"{one.__name__.lower()}s", _words(one), _fields(one)) for one in _OF_RUNS]


def measures(say: Wording) -> list[Measured]:
    """Return all that is measured on a picture, in a language, by title."""
    found = (_measured(name, say) for name in plugins.names("catchlight.checks"))
    return sorted(found, key=lambda row: row.title.casefold())


def _measured(check: str, say: Wording) -> Measured:
    own = _words(plugins.load("catchlight.checks", check))
    return Measured(title(check, say.language), unit(check, say.language), say("measure", check, own))


def _words(described: object) -> str:
    """Return what somebody who wrote it down says of it, as running text."""
    return " ".join(str(described.__doc__).replace("``", "").split("\n\n", maxsplit=1)[0].split())


def _fields(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))

"""Where people want to be shown, from a table of answers: a column for each purpose, or one that lists them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from catchlight.consents import PURPOSES, Consent
from catchlight.errors import ConfigError
from catchlight.spreadsheet import Row

PLACES = "places"
COLUMNS = {
    PLACES: ("shown at",),
    "intranet": (), "directory": (), "chat": (), "hr": (), "email_signature": ("signature",),
    "external_web": ("website", "public web"),
}  # fmt: skip
_YES = ("yes", "y", "true", "1", "x", "ja", "j")
_NO = ("no", "n", "false", "0", "-", "nein")
_NOWHERE = ("none", "nowhere", "-")
_BETWEEN = re.compile(r"[\s,;+|]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where one person wants to be shown, on or off by purpose, and by whom, when and from where that came."""

    said: Consent
    choices: dict[str, bool]


def check_columns(fields: Collection[str], source: str) -> None:
    """Raise ConfigError when a table says it in two ways."""
    both = [field for field in fields if field in PURPOSES]
    if PLACES in fields and both:
        message = f"{source}: has the column {PLACES} and {', '.join(both)}; keep either"
        raise ConfigError(message)


def speaks(row: Row) -> bool:
    """Whether a row says where somebody wants to be shown."""
    return any(row[field] for field in COLUMNS)


def choices_of(row: Row) -> dict[str, bool]:
    """Return what a row says, on or off by purpose; ValueError that says what would be accepted.

    A list of places is complete: what is not in it is off. An empty cell says nothing.
    """
    if row[PLACES]:
        return _listed(row[PLACES])
    return {purpose: _is_yes(purpose, row[purpose]) for purpose in PURPOSES if row[purpose]}


def problem_of(row: Row, same: Iterable[Row]) -> str:
    """Return why a row's places cannot be taken, "" when they can; ``same`` are all rows of that person."""
    try:
        said = {tuple(sorted(choices_of(one).items())): one.line for one in same if speaks(one)}
        if speaks(row):
            choices_of(row)
    except ValueError as error:
        return str(error)
    lines = ", ".join(map(str, said.values()))
    return f"says different places on lines {lines}; keep one" if len(said) > 1 else ""


def _is_yes(purpose: str, cell: str) -> bool:
    said = cell.casefold()
    if said not in (*_YES, *_NO):
        message = f"{purpose}: {cell!r} is neither yes nor no"
        raise ValueError(message)
    return said in _YES


def _listed(cell: str) -> dict[str, bool]:
    if cell.casefold() in _NOWHERE:
        return dict.fromkeys(PURPOSES, False)
    listed = {word.casefold().replace("-", "_") for word in _BETWEEN.split(cell) if word}
    if not listed <= set(PURPOSES):
        wrong = ", ".join(sorted(listed - set(PURPOSES)))
        message = f"places: {wrong!r} is none of {', '.join(PURPOSES)}, or none"
        raise ValueError(message)
    return {purpose: purpose in listed for purpose in PURPOSES}

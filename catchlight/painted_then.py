"""Portraits that a model painted, of people who agreed to that once and do not any more: they are shown nowhere."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.agreed import granted
from catchlight.company import Person
from catchlight.consents import Consent, last_words
from catchlight.painting import GENERATE
from catchlight.records import Receipt, Render, Rung

UNPAINTED = "unpainted"
"""Why a picture may not be shown: its paint was agreed to, and is not any more."""


def is_against(said: Sequence[Consent], rung: str) -> bool:
    """Whether somebody's words of now stand against a picture of this rung."""
    return rung == Rung.GENERATE and GENERATE not in granted(said)


def is_painted(person: Person, picture: str, said: Sequence[Consent]) -> bool:
    """Whether a picture of somebody is painted, and they do not agree to that."""
    return is_against(said, person.rung_of(picture))


def stands_painted(home: Path, said: Sequence[Consent], standing: Sequence[Receipt]) -> bool:
    """Whether what stands of somebody came from a run that painted them, and they took their yes to that back.

    A run that was cleared away tells nothing: then what stands stays until a newer picture takes its place.
    """
    return taken_back_at(said) != "" and any(_painted_in(home, one) for one in standing)


def taken_back_at(said: Sequence[Consent]) -> str:
    """Return when somebody took back their yes to paint, "" where it stands or never was."""
    last = last_words(said).get(GENERATE)
    return last.at if last and GENERATE not in granted(said) else ""


def _painted_in(home: Path, receipt: Receipt) -> bool:
    table = home / "runs" / receipt.run / ledger.file_name(Render)
    if not receipt.run or not table.is_file():
        return False
    mine = ledger.read(table, ["employee", "rung"]).filter(pl.col("employee") == receipt.employee)
    return Rung.GENERATE in mine["rung"].to_list()

"""Portraits that a model painted, of people who agreed to that once and do not any more: they are shown nowhere."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.agreed import granted
from catchlight.company import Person
from catchlight.consents import Consent, last_words
from catchlight.errors import ConfigError
from catchlight.painting import GENERATE
from catchlight.records import Decision, Receipt, Render, Rung
from catchlight.runs import Candidate
from catchlight.taken_back import yes_before

UNPAINTED = "unpainted"
"""Why a picture may not be shown: its paint was agreed to, and is not any more."""


def is_painted(person: Person, picture: str, said: Sequence[Consent]) -> bool:
    """Whether a picture of somebody is painted, and they do not agree to that."""
    return person.rung_of(picture) == Rung.GENERATE and GENERATE not in granted(said)


def stands_painted(
    home: Path, said: Sequence[Consent], answers: Sequence[Decision], standing: Sequence[Receipt]
) -> bool:
    """Whether what stands of somebody is painted, and they took their yes to that back.

    What stands is the picture that they had said yes to when it was sent; a run or an earlier try says whether it is painted.
    """
    if not taken_back_at(said):
        return False
    shown = {yes.picture for one in standing if (yes := yes_before(answers, one.at))}
    return not shown.isdisjoint(painted_pictures(home))


def taken_back_at(said: Sequence[Consent]) -> str:
    """Return when somebody took back their yes to paint, "" where it stands or never was."""
    last = last_words(said).get(GENERATE)
    return last.at if last and GENERATE not in granted(said) else ""


def painted_pictures(home: Path) -> frozenset[str]:
    """Return the digests of all painted portraits that runs tell of, earlier tries among them."""
    files = (
        run / ledger.file_name(kind) for run in (home / "runs").glob("*") for kind in (Render, Candidate)
    )
    return _painted(tuple((file, file.stat().st_mtime_ns) for file in sorted(files) if file.is_file()))


@lru_cache(maxsize=4)
def _painted(tables: tuple[tuple[Path, int], ...]) -> frozenset[str]:
    found = set[str]()
    for file, _ in tables:
        with suppress(ConfigError):  # a damaged table tells nothing; others may
            rows = ledger.read(file, ["picture", "rung"]).filter(pl.col("rung") == Rung.GENERATE)
            found.update(rows["picture"].to_list())
    return frozenset(found)

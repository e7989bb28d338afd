"""How long ago the photo was taken.

A reading is remembered with its recipe, and a recipe must not change with the calendar. So the
reading is the date itself, as a decimal year; ``as_of`` turns it into years when a run's tables
are made, by the day on which that run began: nobody is developed again, and photos still grow old.
"""

import re
from datetime import date

import polars as pl

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Photo taken"
UNIT = "years ago"
SENTENCES = {
    "low": "The date of the photo lies in the future: correct it where the photo comes from.",
    "high": "The photo was taken longer ago than the brand wants; send a newer one.",
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?")


class Settings(Limits):
    """Limits in years. Half a year is how far the middle of a year that is all that is known can lie ahead."""

    low: float | None = -0.5
    high: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return when the photo was taken as a decimal year; LookupError when that is not known."""
    if not sitting.record.date:
        message = "the photo has no date"
        raise LookupError(message)
    return year_of(sitting.record.date)


def year_of(text: str) -> float:
    """Return the decimal year of an ISO date, of the middle of a month or of a year; LookupError for others."""
    parts = _DATE.fullmatch(text.strip())
    year, month, day = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0)
    try:
        known = date(year, month or 7, day or (15 if month else 2))
    except ValueError as error:
        message = f"the photo's date {text!r} is not one such as 2026-11-23"
        raise LookupError(message) from error
    return known.year + (known - date(known.year, 1, 1)).days / 366


def as_of(readings: pl.DataFrame, day: str, whose: pl.Expr | None = None) -> pl.DataFrame:
    """Return the readings as people read them on a day (ISO): this check's are years up to then.

    ``whose`` says of which rows, where others were read on a day before and stay as they are.
    """
    years = (year_of(day) - pl.col("value")).round(2)
    dated = pl.col("check") == "photo_age"
    return readings.with_columns(
        value=pl.when(dated if whose is None else dated & whose).then(years).otherwise(pl.col("value"))
    )

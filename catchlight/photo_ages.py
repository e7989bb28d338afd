"""The ages of photos, as people read them on a day."""

import polars as pl

from catchlight.checks.photo_age import year_of


def as_of(readings: pl.DataFrame, day: str, whose: pl.Expr | None = None) -> pl.DataFrame:
    """Return the readings as people read them on a day (ISO): this check's are years up to then.

    ``whose`` says of which rows, where others were read on a day before and stay as they are.
    """
    years = (year_of(day) - pl.col("value")).round(2)
    dated = pl.col("check") == "photo_age"
    return readings.with_columns(
        value=pl.when(dated if whose is None else dated & whose).then(years).otherwise(pl.col("value"))
    )

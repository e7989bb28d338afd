"""What was measured on one portrait of a run, read when somebody asks."""

from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.records import Reading


def readings_of(folder: Path, recipe: str) -> list[Reading]:
    """Return the readings of one render; none when the run kept none."""
    path = folder / ledger.file_name(Reading)
    if not recipe or not path.is_file():
        return []
    with ledger.reading(path):
        rows = pl.scan_parquet(path).filter(pl.col("recipe") == recipe).collect()
    found: list[Reading] = ledger.records(Reading, rows)
    return sorted(found, key=lambda one: (within(one), one.check))


def within(reading: Reading) -> bool:
    """Whether a value lies within its limits; what was not measured does."""
    value = reading.value
    if value is None:
        return True
    return (reading.low is None or value >= reading.low) and (reading.high is None or value <= reading.high)

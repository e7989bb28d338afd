"""Checks that failed in a run: IT is told which, on how many portraits and why, and nobody sends another photo for it."""

import polars as pl

from catchlight import plugins
from catchlight.amounts import amount
from catchlight.checks import FAILED

KIND = "check_failed"


def findings(readings: pl.DataFrame) -> list[dict[str, str]]:
    """Return a sentence for each check that failed, with the first error of it."""
    error = pl.col("error")
    failed = readings.filter(error.str.starts_with(FAILED)).group_by("check", maintain_order=True)
    told = failed.agg(pl.len(), error.first().str.strip_prefix(FAILED)).sort("check")
    return [{"kind": KIND, "sentence": _sentence(*row)} for row in told.iter_rows()]


def _sentence(check: str, count: int, error: str) -> str:
    return (
        f"The check {plugins.described('catchlight.checks', check)} failed on {amount(count, 'portrait', 'portraits')} ({error}): whoever wrote it mends it, the traceback is "
        "in logs/darkroom.log. Where it counts, a person looks; the next run measures them again."
    )

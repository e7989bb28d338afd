"""The readings of a run as columns: what the page sorts by and draws on demand."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

_FIELDS = ("employee", "value", "low", "high", "error", "score")


@dataclass(frozen=True, slots=True)
class CheckText:
    """How a check is called on the sheet, and the unit of its values."""

    title: str
    unit: str


def shown(readings: pl.DataFrame, renders: pl.DataFrame) -> pl.DataFrame:
    """Return the readings of the renders on the sheet; older recipes of a person drop out."""
    latest = renders.unique("employee", keep="last").select("employee", latest="recipe")
    joined = readings.join(latest, on="employee", how="left", maintain_order="left")
    return joined.filter(pl.col("latest").is_null() | (pl.col("latest") == pl.col("recipe"))).drop("latest")


def passed(readings: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Return, per employee, how many checks are within their limits, of how many that have limits."""
    value, low, high = pl.col("value").fill_nan(None), pl.col("low"), pl.col("high")
    within = (value >= low).fill_null(value.is_not_null()) & (value <= high).fill_null(value.is_not_null())
    counts = (
        readings.filter(low.is_not_null() | high.is_not_null())
        .group_by("employee")
        .agg(within.sum().alias("within"), pl.len().alias("all"))
    )
    return {employee: (within, total) for employee, within, total in counts.iter_rows()}


def check_columns(
    readings: pl.DataFrame, ids: list[str], checks: Mapping[str, CheckText]
) -> list[dict[str, Any]]:
    """Return one column per check that was measured, in the order of ``checks``, then by name.

    ``values`` follow ``ids`` (null: not measured); ``limits`` is the pair most people have, ``own``
    the pairs that differ, ``errors`` why there is no value, both by place in ``ids``;
    ``scores`` are the values as 0–100, empty for a check that has no such scale.
    """
    if "score" not in readings.columns:  # a run of before there were scores
        readings = readings.with_columns(score=pl.lit(None, pl.Int64))
    groups = readings.partition_by("check", as_dict=True, maintain_order=True)
    measured = {str(key[0]): rows for key, rows in groups.items()}
    order = [key for key in checks if key in measured] + sorted(set(measured) - set(checks))
    return [_column(key, measured[key], ids, checks) for key in order]


def _column(key: str, rows: pl.DataFrame, ids: list[str], checks: Mapping[str, CheckText]) -> dict[str, Any]:
    place = {employee: number for number, employee in enumerate(ids)}
    values: list[float | None] = [None] * len(ids)
    limits: dict[int, tuple[float | None, float | None]] = {}
    errors: dict[int, str] = {}
    scores: list[int | None] = [None] * len(ids)
    for employee, value, low, high, error, score in rows.select(_FIELDS).iter_rows():
        if (number := place.get(employee)) is None:
            continue
        values[number], limits[number], scores[number] = _short(value), (_short(low), _short(high)), score
        if error:
            errors[number] = error
    usual = Counter(limits.values()).most_common(1)[0][0] if limits else (None, None)
    own = {number: pair for number, pair in limits.items() if pair != usual}
    text = checks.get(key) or CheckText(key.replace("_", " ").capitalize(), "")
    names = {"key": key, "title": text.title, "unit": text.unit}
    scored = scores if any(score is not None for score in scores) else []
    return names | {"values": values, "limits": usual, "own": own, "errors": errors, "scores": scored}


def _short(value: float | None) -> float | None:
    """Return four significant digits; what is not a number becomes null (JSON knows no NaN)."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.4g}")

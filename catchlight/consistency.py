"""How alike a company's portraits are, before and after: spreads of what was read, and one score.

Each dimension compares a reading of the photo with the same reading of the portrait, over the same
people. It scores 100 when all agree and loses a tenth for each fleet target that its standard
deviation spans: ``100 · 0.9^(spread / target)``, so 90 is on target. The score of the set is the mean
over the dimensions that were read before and after. The luminance of skin is no dimension: people
have different skin, and no set of portraits is better for hiding it.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from catchlight.records import Outcome

_MAD = 1.4826  # median of |x − median| → standard deviation, of a normal spread
_RAYLEIGH = 1.2011  # median of distances in a plane → their root mean square


class Kind(StrEnum):
    """How values are compared."""

    LEVEL = "level"  # a number, around the company's own middle
    RATIO = "ratio"  # a factor, compared in stops (log2)
    DISTANCE = "distance"  # how far from where all should be, 0 or more
    DIRECTION = "direction"  # azimuth and elevation in degrees, compared as the angle between


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing in which portraits should agree.

    ``before`` and ``after`` are the checks that read it (two for a direction); ``target`` is the
    spread that a fleet of portraits may have, in ``unit``; ``words`` say what a portrait below and
    above the others looks like ("" where that side is no fault).
    """

    what: str
    unit: str
    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]
    target: float
    words: tuple[str, str]


DIMENSIONS = (
    Dimension("Head height", "% of frame", Kind.LEVEL, ("source_head",), ("head",), 1.0,
              ("head smaller than the others", "head larger than the others")),
    Dimension("Eye line", "% of frame", Kind.LEVEL, ("source_eye_line",), ("eye_line",), 0.5,
              ("eyes higher than the others", "eyes lower than the others")),
    Dimension("Background lightness", "L*", Kind.LEVEL, ("source_background",), ("background",), 1.0,
              ("background darker than the others", "background lighter than the others")),
    Dimension("Background colour", "ΔE00", Kind.DISTANCE, ("source_background_colour",),
              ("background_colour",), 1.0, ("", "background of another colour")),
    Dimension("Light direction", "°", Kind.DIRECTION, ("source_light_azimuth", "source_light_elevation"),
              ("light_azimuth", "light_elevation"), 10.0, ("", "light from another direction")),
    Dimension("Key to fill", "stops", Kind.RATIO, ("source_light_ratio",), ("light_ratio",), math.log2(1.15),
              ("light flatter than the others", "light harder than the others")),
    Dimension("Colour cast", "a*b*", Kind.DISTANCE, ("source_cast",), ("cast",), 2.0,
              ("", "colour cast")),
)  # fmt: skip


def by_person(
    readings: pl.DataFrame, dimensions: Iterable[Dimension], by: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return one row an employee with a column for each check of the dimensions; what is no finite number is null.

    ``readings`` has the schema of Reading. With ``by`` (columns employee, group) there is a column for the
    group: people are compared with those of their own.
    """
    checks = {check for dimension in dimensions for check in (*dimension.before, *dimension.after)}
    finite = readings.filter(pl.col("check").is_in(sorted(checks)) & pl.col("value").is_finite())
    people = finite.pivot("check", index="employee", values="value", aggregate_function="median").sort(
        "employee"
    )
    return people if by is None else people.join(by, on="employee", how="left", maintain_order="left")


def each_group(measure: Callable[[pl.DataFrame], pl.DataFrame], people: pl.DataFrame) -> pl.DataFrame:
    """Return what ``measure`` gives for the people of each group, one below the other."""
    parts = people.partition_by("group", include_key=False) if "group" in people.columns else [people]
    return pl.concat([measure(part) for part in parts or [people]])


def away(dimension: Dimension, checks: tuple[str, ...], people: pl.DataFrame) -> pl.DataFrame:
    """Return how far each person is from the middle of their group: columns employee, away.

    ``away`` is in the dimension's unit, with a sign where there are two sides. People without the
    readings are left out; so is everybody when a check is absent.
    """
    if not set(checks) <= set(people.columns):
        return pl.DataFrame(schema={"employee": pl.String, "away": pl.Float64})
    read = _read(checks, people)
    if dimension.kind == Kind.DIRECTION:
        return each_group(lambda group: _angles(group, checks, robust=True), read)
    if dimension.kind == Kind.DISTANCE:
        return _values(dimension, read, checks)
    return each_group(lambda group: _around_middle(_values(dimension, group, checks)), read)


def _around_middle(values: pl.DataFrame) -> pl.DataFrame:
    return values.with_columns(pl.col("away") - pl.col("away").median())


def _read(checks: tuple[str, ...], people: pl.DataFrame) -> pl.DataFrame:
    """Return those of whom all checks were read, with their group where there is one."""
    return people.select("employee", *checks, *({"group"} & set(people.columns))).drop_nulls()


def _values(dimension: Dimension, read: pl.DataFrame, checks: tuple[str, ...]) -> pl.DataFrame:
    value = pl.col(checks[0])
    if dimension.kind == Kind.RATIO:
        read, value = read.filter(value > 0), value.log(2)
    return read.select("employee", away=value)


def _angles(read: pl.DataFrame, checks: tuple[str, ...], *, robust: bool) -> pl.DataFrame:
    """Return the angle in degrees between each direction and the middle one (mean, or median when robust)."""
    azimuth, elevation = (pl.col(check).radians() for check in checks)
    axes = {"x": azimuth.sin() * elevation.cos(), "y": elevation.sin(), "z": azimuth.cos() * elevation.cos()}
    towards = read.select("employee", **axes)
    middle = {axis: pl.col(axis).median() if robust else pl.col(axis).mean() for axis in axes}
    length = pl.sum_horizontal(value**2 for value in middle.values()).sqrt().clip(1e-9)
    cosine = pl.sum_horizontal(pl.col(axis) * value for axis, value in middle.items()) / length
    return towards.select("employee", away=cosine.clip(-1, 1).arccos().degrees())


@dataclass(frozen=True, slots=True)
class Spread:
    """How unlike values are: standard deviation (root mean square of angles and distances), and robustly."""

    plain: float
    robust: float


def spread(dimension: Dimension, checks: tuple[str, ...], people: pl.DataFrame) -> Spread | None:
    """Return the spread of one reading over ``people``; None for fewer than two."""
    off = away(dimension, checks, people)["away"]
    if len(off) < 2:
        return None
    median = float(off.abs().median())  # type: ignore[arg-type]
    if dimension.kind in (Kind.LEVEL, Kind.RATIO):
        return Spread(float(off.std()), _MAD * median)  # type: ignore[arg-type]
    if dimension.kind == Kind.DIRECTION:
        off = each_group(lambda group: _angles(group, checks, robust=False), _read(checks, people))["away"]
    return Spread(math.sqrt(float((off**2).mean())), _RAYLEIGH * median)  # type: ignore[arg-type]


def score(dimension: Dimension, found: Spread | None) -> float | None:
    """Return 100 where all agree, 90 on target, less by a tenth for each further target; None if not read."""
    return None if found is None else 100 * 0.9 ** (found.plain / dimension.target)


def compare(readings: pl.DataFrame, verdicts: pl.DataFrame, by: pl.DataFrame | None = None) -> dict[str, Any]:
    """Return what run.json says: ``consistency`` (one row a dimension) and ``score``, 0–100.

    Both over all portraits that are not retakes, and again, under ``accepted``, over the accepted ones.
    The tables have the schemas of Reading and Verdict; what was not read is None. ``by`` is as in
    :func:`by_person`.
    """
    people = by_person(readings, DIMENSIONS, by)
    shown, accepted = (
        people.join(verdicts.filter(kept), on="employee", how="semi")
        for kept in (pl.col("outcome") != str(Outcome.RETAKE), pl.col("outcome") == str(Outcome.ACCEPT))
    )
    rows = [_row(d, shown) | {"accepted": _figures(d, accepted)} for d in DIMENSIONS]
    return {
        "consistency": rows,
        "score": _mean_scores(rows) | {"accepted": _mean_scores([row["accepted"] for row in rows])},
    }


def _row(dimension: Dimension, people: pl.DataFrame) -> dict[str, Any]:
    head = {"what": dimension.what, "unit": dimension.unit, "target": round(dimension.target, 2)}
    return head | _figures(dimension, people)


def _figures(dimension: Dimension, people: pl.DataFrame) -> dict[str, Any]:
    """Return both spreads over the same people, or the one side that was read at all."""
    sides = {"before": dimension.before, "after": dimension.after}
    both = [*dimension.before, *dimension.after]
    if set(both) <= set(people.columns):
        people = people.drop_nulls(both)
    found = {side: spread(dimension, checks, people) for side, checks in sides.items()}
    scores = {side: score(dimension, value) for side, value in found.items()}
    return {
        **{side: value and round(value.plain, 2) for side, value in found.items()},
        **{f"{side}_robust": value and round(value.robust, 2) for side, value in found.items()},
        "score": {side: _rounded(value) for side, value in scores.items()},
    }


def _mean_scores(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Return the mean over the dimensions that were read on both sides."""
    both: list[dict[str, float]] = [row["score"] for row in rows if None not in row["score"].values()]
    return {
        side: _rounded(sum(pair[side] for pair in both) / len(both)) if both else None
        for side in ("before", "after")
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

"""Who spoils the wall: the portraits furthest from the company's others, and in what.

It is about pictures, never about how somebody looks: framing, ground, light, focus.
"""

from dataclasses import dataclass
from functools import partial

import polars as pl

from catchlight.consistency import DIMENSIONS, Dimension, Kind, away, by_person, each_group
from catchlight.records import Outcome
from catchlight.spreadsheet import table_bytes

COUNT = 20
_STANDS_OUT = 3.0  # robust standard deviations, or targets where all others are closer than that
_FEWEST = 5  # fewer portraits have no middle to stand out from
_THAN = " than the others"
_OTHER_SIDE = "light from the other side"
_MEASURED = (
    *DIMENSIONS,
    Dimension("Centre", "% of frame", Kind.LEVEL, (), ("centre",), 1.0,
              ("head further left than the others", "head further right than the others")),
    Dimension("Sharpness", "log units", Kind.LEVEL, (), ("sharpness",), 0.3,
              ("softer than the others", "")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoiler:
    """One portrait that stands out: its robust distance from the others, and the one or two causes."""

    employee: str
    distance: float
    what: str


def rank(readings: pl.DataFrame, verdicts: pl.DataFrame, by: pl.DataFrame | None = None) -> list[Spoiler]:
    """Return up to twenty portraits that are not retakes and stand out, the furthest first.

    A portrait stands out in a dimension when it is three robust standard deviations from the median
    of all (three fleet targets where that is more); its distance is the root of the sum of squares over all
    dimensions. The tables have the schemas of Reading and Verdict. With ``by`` (columns employee, group)
    each is compared with the others of their group.
    """
    kept = verdicts.filter(pl.col("outcome") != str(Outcome.RETAKE))
    people = by_person(readings, _MEASURED, by).join(kept, on="employee", how="semi")
    marks = pl.concat([each_group(partial(_marks, dimension), people) for dimension in _MEASURED])
    worst_first = marks.sort("z", "what", "employee", descending=[True, False, False])
    out = worst_first.group_by("employee").agg(
        distance=(pl.col("z") ** 2).sum().sqrt(),
        what=pl.col("what").filter(pl.col("z") >= _STANDS_OUT).head(2),
    )
    ranked = out.filter(pl.col("what").list.len() > 0).sort("distance", "employee", descending=[True, False])
    return [Spoiler(who, round(far, 2), _joined(what)) for who, far, what in ranked.head(COUNT).iter_rows()]


def _joined(what: list[str]) -> str:
    """Return one or two causes as one phrase: eyes higher and head larger than the others."""
    if all(cause.endswith(_THAN) for cause in what):
        return " and ".join(cause.removesuffix(_THAN) for cause in what) + _THAN
    return ", ".join(what)


def _marks(dimension: Dimension, people: pl.DataFrame) -> pl.DataFrame:
    """Return employee, z (how many spreads from the middle) and what that looks like."""
    off = away(dimension, dimension.after, people)
    if len(off) < _FEWEST:
        off = off.clear()
    usual = 1.4826 * pl.col("away").abs().median()
    below, above = dimension.words
    words = pl.when(pl.col("away") < 0).then(pl.lit(below)).otherwise(pl.lit(above))
    marks = off.select("employee", z=pl.col("away").abs() / usual.clip(dimension.target), what=words)
    if dimension.kind == Kind.DIRECTION and len(off):
        marks = _lit_from(dimension, marks, people)
    return marks.filter(pl.col("what") != "")


def _lit_from(dimension: Dimension, marks: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Say so where the light comes from the other side than usual."""
    azimuth = pl.col(dimension.after[0])
    usual = people[dimension.after[0]].median()
    if not isinstance(usual, float) or abs(usual) < 10:
        return marks
    other = people.select(
        "employee", other=(azimuth.abs() >= 10) & (azimuth.sign() != (1 if usual > 0 else -1))
    )
    what = pl.when("other").then(pl.lit(_OTHER_SIDE)).otherwise("what")
    return marks.join(other, on="employee", how="left").select("employee", "z", what=what)


def spoilers_csv(spoilers: list[Spoiler]) -> bytes:
    """Return the list as a table that spreadsheets open as it is."""
    return table_bytes(
        ("employee", "distance", "what"), [(s.employee, f"{s.distance:.2f}", s.what) for s in spoilers]
    )

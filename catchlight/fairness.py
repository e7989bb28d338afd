"""Are all treated alike? Rates and changes by thirds of measured face luminance, as aggregates only.

The thirds are formed in memory from a reading of the photo (skin and exposure together; no attribute
of a person is known or guessed) and only what is said of at least twenty people leaves this file.
A figure with a smaller cell is left out whole, all thirds of it: nothing remains that could be
subtracted from a total. Group sizes are rounded down to tens, rates to whole per cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from catchlight.bootstrap import Estimate, rate_ratio, shift, spearman
from catchlight.records import Answer, Decision, Outcome, by_employee
from catchlight.small_counts import FEWEST, few

LUMINANCE = "ofiq_luminance_mean"
SMALLEST = 20  # people in a cell
THIRDS = ("darkest", "middle", "lightest")
_RATIO = 1.25  # most often against least often
_GAP = 0.05  # EV between the darkest and the lightest third
_SLOPE = 0.02  # EV per doubling of luminance
_CHANCE = 0.05
_TOO_FEW = f"Left out: a third has fewer than {SMALLEST} people with this figure."
_FEW_ANSWERS = f"Left out: in a third, fewer than {FEWEST} people gave this answer."


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that must not depend on how dark or light a face is; ``column`` holds it."""

    column: str
    title: str
    unit: str


RATES = (
    Measure("review", "To be looked at", "of people"),
    Measure("retake", "New photo needed", "of people"),
    Measure("retry", "Another attempt asked for", "of answers"),
)
CHANGE = Measure("skin_ev", "Skin lightened or darkened", "EV, + is lighter")


def people(
    verdicts: pl.DataFrame,
    readings: pl.DataFrame,
    retries: Mapping[str, bool] | None = None,
    luminance: str = LUMINANCE,
) -> pl.DataFrame:
    """Return what :func:`report` needs, without ids: luminance, review, retake, retry, skin_ev.

    The tables have the schemas of Verdict and Reading; ``luminance`` names the check that reads the
    face, on the photo where its name starts with ``source_``, else on the portrait: then the change of
    the skin is taken back, or what was lightened would pass for light. ``retries`` says of those who
    answered whether they asked for another attempt.
    """
    found = verdicts.select(
        "employee",
        review=pl.col("outcome") == str(Outcome.REVIEW),
        retake=pl.col("outcome") == str(Outcome.RETAKE),
    )
    for column, check in (("luminance", luminance), (CHANGE.column, CHANGE.column)):
        values = readings.filter((pl.col("check") == check) & pl.col("value").is_finite())
        found = found.join(
            values.group_by("employee").agg(pl.col("value").median().alias(column)), on="employee", how="left"
        )
    asked = dict(retries or {})
    retry = pl.DataFrame(
        {"employee": list(asked), "retry": list(asked.values())}, {"employee": pl.String, "retry": pl.Boolean}
    )
    if not luminance.startswith("source_"):
        back = pl.lit(2.0).pow(-pl.col(CHANGE.column).fill_null(0.0))
        found = found.with_columns(luminance=pl.col("luminance") * back)
    return found.join(retry, on="employee", how="left").drop("employee")


def retries(decisions: Iterable[Decision], pictures: Mapping[str, str]) -> dict[str, bool]:
    """Return, for those who answered about their portrait (employee → digest), whether they want another attempt."""
    from catchlight.answers import NO_ANSWER, OLDER_PICTURE, standing  # noqa: PLC0415  loads sqlalchemy

    answers = by_employee(decisions)
    stands = {key: standing(answers[key], picture) for key, picture in pictures.items() if key in answers}
    return {k: s == Answer.RETRY for k, s in stands.items() if s not in (NO_ANSWER, OLDER_PICTURE)}


def report(found: pl.DataFrame, luminance: str = LUMINANCE) -> dict[str, Any]:
    """Return the report as data: ``measures``, and ``sentences`` that say what it shows and what it cannot.

    ``found`` is what :func:`people` returns. The same people in any order give the same report.
    """
    measured = found.filter(pl.col("luminance").is_finite() & (pl.col("luminance") > 0))
    measured = measured.sort(pl.all()).with_columns(third=_third())
    rows = [_rate(measure, measured) for measure in RATES if measured[measure.column].count()]
    if measured[CHANGE.column].count():
        rows.append(_change(measured))
    return {
        "reading": luminance,
        "thirds": list(THIRDS),
        "smallest_cell": SMALLEST,
        "measures": rows,
        "sentences": _sentences(rows) if len(measured) else [_NOT_READ],
    }


def _third() -> pl.Expr:
    """Equal luminances share a third: splitting them would be chance."""
    return ((pl.col("luminance").rank("average") - 0.5) * 3 / pl.len()).floor().cast(pl.Int8).clip(0, 2)


def _cells(measure: Measure, measured: pl.DataFrame) -> list[pl.DataFrame] | None:
    """Return the three thirds of those who have this figure; None when one of them is too small."""
    known = measured.drop_nulls(measure.column)
    cells = [known.filter(pl.col("third") == third) for third in range(len(THIRDS))]
    return cells if min(map(len, cells)) >= SMALLEST else None


def _head(measure: Measure) -> dict[str, Any]:
    return {"measure": measure.column, "title": measure.title, "unit": measure.unit}


def _rate(measure: Measure, measured: pl.DataFrame) -> dict[str, Any]:
    cells = _cells(measure, measured)
    if cells is None:
        return _head(measure) | {"finding": "left out", "reason": _TOO_FEW}
    groups = [cell[measure.column].to_numpy().astype(bool) for cell in cells]
    if measure.column == "retry" and any(few(int(group.sum())) for group in groups):
        return _head(measure) | {"finding": "left out", "reason": _FEW_ANSWERS}
    rates = [round(float(group.mean()), 2) for group in groups]
    ratio, chance = rate_ratio(groups)
    thirds = [{"people": _about(group), "rate": rate} for group, rate in zip(groups, rates, strict=True)]
    finding = _finding(beyond=ratio.value > _RATIO, sure=chance <= _CHANCE)
    return _head(measure) | {
        "finding": finding,
        "thirds": thirds,
        "ratio": _rounded(ratio, 2),
        "chance": round(chance, 3),
    }


def _change(measured: pl.DataFrame) -> dict[str, Any]:
    cells = _cells(CHANGE, measured)
    if cells is None:
        return _head(CHANGE) | {"finding": "left out", "reason": _TOO_FEW}
    logs = [np.log2(cell["luminance"].to_numpy()) for cell in cells]
    values = [cell[CHANGE.column].to_numpy() for cell in cells]
    found = shift(logs, values)
    before, moved = np.concatenate(logs), np.concatenate(values)
    beyond = [e for e, gate in ((found.gap, _GAP), (found.slope, _SLOPE)) if abs(e.value) > gate]
    return _head(CHANGE) | {
        "finding": _finding(beyond=bool(beyond), sure=any(e.beside(0) for e in beyond)),
        "thirds": [
            {"people": _about(group), **_rounded(mean, 3)}
            for group, mean in zip(values, found.means, strict=True)
        ],
        "mean": _rounded(found.mean, 3),
        "gap": _rounded(found.gap, 3),
        "slope": _rounded(found.slope, 3),
        "spearman": round(spearman(before, before + moved), 3),
    }


def _about(group: np.ndarray) -> int:
    """Return at least how many people: rounded down to tens, so that totals give nobody away."""
    return len(group) // 10 * 10


def _rounded(estimate: Estimate, digits: int) -> dict[str, float]:
    return {key: round(value, digits) + 0.0 for key, value in asdict(estimate).items()}


def _finding(*, beyond: bool, sure: bool) -> str:
    """Return unlike only where the difference is large enough and more than chance."""
    if not beyond:
        return "alike"
    return "unlike" if sure else "unclear"


def _sentences(rows: list[dict[str, Any]]) -> list[str]:
    shown = [row for row in rows if row["finding"] != "left out"]
    if not shown:
        return [
            f"Nothing is shown here: it needs at least {SMALLEST} people in each third, or one could be made out."
        ]
    return [*_said(shown), _CANNOT_SAY]


_NOT_READ = "The luminance of faces was not read in this run, so nothing can be compared."
_CANNOT_SAY = (
    "The luminance is the photo's, skin and exposure together: nothing is known about a person, and photos that were "
    "too dark or too bright and were put right show up as well. Whose face could not be read is in no third; "
    "in a small company a small difference stays unseen."
)


def _said(rows: list[dict[str, Any]]) -> list[str]:
    names = {kind: [row["title"] for row in rows if row["finding"] == kind] for kind in ("unlike", "unclear")}
    said = [
        f"Not alike, and more than chance: {'; '.join(names['unlike'])}. Find out why before anything is published."
    ]
    said = said if names["unlike"] else []
    if names["unclear"]:
        said.append(f"Uneven, but no more than chance alone would make it: {'; '.join(names['unclear'])}.")
    return said or ["No difference between darker and lighter faces that is larger than the limits."]

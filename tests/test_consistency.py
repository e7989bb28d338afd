"""How alike portraits are is told truly: spreads, angles, and a score that only agreement raises."""

import math
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import ledger
from catchlight.consistency import DIMENSIONS, Dimension, Kind, compare
from catchlight.records import Reading, Verdict

Company = dict[str, dict[str, float | None]]
SIDES = {d.what: (d.before, d.after) for d in DIMENSIONS}


def readings(company: Company) -> pl.DataFrame:
    """Return readings given as employee → check → value."""
    rows = [
        Reading(who, "r", check, value) for who, checks in company.items() for check, value in checks.items()
    ]
    return ledger.table(Reading, rows)


def verdicts(company: Company, **outcomes: str) -> pl.DataFrame:
    """Return verdicts: accepted, unless said otherwise."""
    return ledger.table(Verdict, [Verdict(who, "r", outcomes.get(who, "accept")) for who in company])


def compared(company: Company, **outcomes: str) -> dict[str, Any]:
    """Return what run.json would say."""
    return compare(readings(company), verdicts(company, **outcomes))


def row(found: dict[str, Any], what: str) -> dict[str, Any]:
    """Return one dimension."""
    rows: list[dict[str, Any]] = found["consistency"]
    return next(one for one in rows if one["what"] == what)


def everything(value: Callable[[], float]) -> dict[str, float | None]:
    """Return a reading for every check of every dimension."""
    return {check: value() for before, after in SIDES.values() for check in (*before, *after)}


def test_identical_portraits_score_100() -> None:
    """Nothing differs, whatever the common value is; distances agree where they are nought."""
    alike = {f"p{i}": everything(lambda: 30.0) | {"background_colour": 0.0, "cast": 0.0} for i in range(9)}
    found = compared(alike)
    assert found["score"]["after"] == found["score"]["accepted"]["after"] == 100.0
    assert all(one["after"] == one["after_robust"] == 0 for one in found["consistency"])


def test_a_spread_on_target_scores_90() -> None:
    """What the page says of the score is what it is."""
    company = {f"p{i}": {"source_head": 60.0, "head": 60.0 + (-1) ** i * math.sqrt(0.9)} for i in range(10)}
    found = compared(company)
    assert row(found, "Head height")["after"] == 1.0
    assert found["score"] == {"before": 100.0, "after": 90.0, "accepted": {"before": 100.0, "after": 90.0}}


def test_spreads_are_those_of_the_photos_and_the_portraits() -> None:
    """Standard deviation, and robustly; one stray portrait moves the first, hardly the second."""
    company = {f"p{i}": {"source_head": 40.0 + 5 * i, "head": 64.0 + i % 2} for i in range(10)}
    company["stray"] = {"source_head": 62.0, "head": 90.0}
    head = row(compared(company), "Head height")
    assert head["before"] == pytest.approx(14.36, abs=0.01)
    assert head["after"] > 7
    assert head["after_robust"] < 1.5


def test_retakes_are_left_out_and_accepted_are_told_apart() -> None:
    """The set that would be published is judged, and that which passed every check beside it."""
    company: Company = {f"p{i}": {"source_head": 50.0 + i, "head": 64.0} for i in range(6)}
    company |= {"look": {"source_head": 52.0, "head": 70.0}, "again": {"source_head": 5.0, "head": 200.0}}
    found = compared(company, look="review", again="retake")
    head = row(found, "Head height")
    assert 0 < head["after"] < 3
    assert head["accepted"]["after"] == 0
    assert found["score"]["accepted"]["after"] == 100.0 > found["score"]["after"]


def test_light_from_all_round_is_further_apart_than_light_from_one_side() -> None:
    """Directions are compared as angles: 179° and −179° are neighbours, and height counts as side does."""

    def lit(*azimuths: float) -> float:
        company = {f"p{i}": {"light_azimuth": a, "light_elevation": 0.0} for i, a in enumerate(azimuths)}
        spread: float = row(compared(company), "Light direction")["after"]
        return spread

    assert lit(179, -179, 180) == pytest.approx(0.82, abs=0.01)
    assert lit(-45, 45) == pytest.approx(45, abs=0.01)
    assert lit(0, 90, 180, -90) > 60
    assert lit(30, 40) == pytest.approx(5, abs=0.01)


def test_a_ratio_is_compared_in_stops() -> None:
    """2:1 and 4:1 are as far apart as 4:1 and 8:1; a ratio that cannot be is passed over."""

    def spread(*ratios: float) -> float | None:
        found = compared({f"p{i}": {"light_ratio": r} for i, r in enumerate(ratios)})
        after: float | None = row(found, "Key to fill")["after"]
        return after

    assert spread(2, 4) == spread(4, 8) == pytest.approx(0.71, abs=0.01)
    assert spread(2, 4, 0, -1) == spread(2, 4)


def test_a_common_cast_is_no_agreement() -> None:
    """A company that is green all over is not neutral: casts count from where there is none."""
    assert row(compared({f"p{i}": {"cast": 6.0} for i in range(5)}), "Colour cast")["after"] == 6.0


def test_a_check_that_was_not_read_is_passed_over() -> None:
    """Older runs have fewer checks: what is missing on one side or for one person does not count."""
    company: Company = {
        f"p{i}": {"source_head": 50.0 + i, "head": 64.0, "background_colour": 0.2} for i in range(5)
    }
    company["unread"] = {"source_head": 99.0, "head": None}
    company["odd"] = {"source_head": math.nan, "head": math.inf}
    found = compared(company)
    head, colour = row(found, "Head height"), row(found, "Background colour")
    assert head["before"] == pytest.approx(1.58, abs=0.01)
    assert (colour["before"], colour["after"]) == (None, 0.2)
    assert row(found, "Light direction")["after"] is None
    assert found["score"]["after"] == 100.0


@pytest.mark.parametrize("people", [0, 1])
def test_one_portrait_has_nothing_to_agree_with(people: int) -> None:
    """No spread, no score, no crash."""
    found = compared({f"p{i}": everything(lambda: 1.0) for i in range(people)})
    assert found["score"]["after"] is found["score"]["before"] is None


def test_skin_is_no_dimension() -> None:
    """People have different skin: no reading of it is ever wanted alike."""
    checks = {check for sides in SIDES.values() for side in sides for check in side}
    assert not {check for check in checks if "skin" in check or "luminance" in check or "exposed" in check}


VALUES = st.dictionaries(
    st.sampled_from(sorted({check for sides in SIDES.values() for side in sides for check in side})),
    st.none() | st.floats(-1e4, 1e4) | st.just(math.nan),
)


@settings(max_examples=40)
@given(st.lists(VALUES, max_size=12), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_scores_stay_on_the_scale(
    people: list[dict[str, float | None]], dice: random.Random
) -> None:
    """The same readings in any order say the same, between 0 and 100, without NaN."""
    company = {f"p{i}": checks for i, checks in enumerate(people)}
    rows = readings(company)
    order = list(range(len(rows)))
    dice.shuffle(order)
    found = compare(rows, verdicts(company))
    assert compare(rows[order], verdicts(company)) == found
    for score in (found["score"]["before"], found["score"]["after"]):
        assert score is None or 0 <= score <= 100
    for one in found["consistency"]:
        assert all(one[key] is None or 0 <= one[key] < 1e9 for key in ("before", "after", "after_robust"))


def test_every_dimension_says_what_stands_out() -> None:
    """Each has a target, words for its sides, and as many checks before as after."""
    for dimension in DIMENSIONS:
        assert isinstance(dimension, Dimension)
        assert dimension.target > 0
        assert any(dimension.words)
        assert len(dimension.before) == len(dimension.after) == (2 if dimension.kind == Kind.DIRECTION else 1)

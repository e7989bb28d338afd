"""Aggregates only: planted biases are found, no small group is ever told, nothing is left to subtract."""

import json
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import ledger
from catchlight.bootstrap import rate_ratio, spearman
from catchlight.fairness import SMALLEST, people, report, retries
from catchlight.records import Decision, Reading, Verdict

_TYPES = {
    "luminance": pl.Float64,
    "review": pl.Boolean,
    "retake": pl.Boolean,
    "retry": pl.Boolean,
    "skin_ev": pl.Float64,
}


def company(
    count: int, pull: float = 0.0, review: tuple[float, float, float] = (0.2, 0.2, 0.2), seed: int = 1
) -> pl.DataFrame:
    """Return people of many luminances; ``pull`` moves skin to mid-tone, ``review`` is each third's rate."""
    dice = np.random.default_rng(seed)
    logs = dice.normal(-2, 1, count)
    third = np.argsort(np.argsort(logs)) * 3 // count
    return pl.DataFrame(
        {
            "luminance": np.exp2(logs),
            "review": dice.random(count) < np.array(review)[third],
            "retake": dice.random(count) < 0.05,
            "retry": [None] * count,
            "skin_ev": dice.normal(0, 0.05, count) + pull * (-2 - logs),
        },
        schema_overrides=_TYPES,
    )


def measure(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one row of a report."""
    rows: list[dict[str, Any]] = found["measures"]
    return next(row for row in rows if row["measure"] == name)


def test_a_pull_to_mid_tone_is_found() -> None:
    """5 % towards the middle, which no eye sees on one portrait, shows in the company."""
    found = report(company(400, pull=0.05))
    skin = measure(found, "skin_ev")
    assert skin["finding"] == "unlike"
    assert skin["slope"]["value"] == pytest.approx(-0.05, abs=0.01)
    assert skin["gap"]["low"] > 0.05
    assert "Not alike" in found["sentences"][0]


def test_where_nothing_is_planted_nothing_is_found() -> None:
    """Noise alone is no bias: at most one company in ten is suspected, by any figure."""
    reports = [report(company(200, seed=seed)) for seed in range(20)]
    assert all(measure(found, "skin_ev")["finding"] == "alike" for found in reports)
    assert sum(measure(found, "review")["finding"] == "unlike" for found in reports) <= 2


def test_a_shift_of_everybody_is_told_but_is_no_difference() -> None:
    """All portraits lighter by the same: alike, and the mean says so."""
    found = report(company(200).with_columns(pl.col("skin_ev") + 0.15))
    skin = measure(found, "skin_ev")
    assert skin["finding"] == "alike"
    assert skin["mean"]["low"] > 0.1


def test_darker_faces_flagged_more_often_are_found() -> None:
    """Three times as often is said with its interval; which third is to be seen."""
    review = measure(report(company(300, review=(0.45, 0.2, 0.15))), "review")
    assert review["finding"] == "unlike"
    assert review["thirds"][0]["rate"] > 2 * review["thirds"][2]["rate"]
    assert 1 < review["ratio"]["low"] < review["ratio"]["value"] < review["ratio"]["high"]


def test_the_order_of_people_does_not_matter() -> None:
    """The same company gives the same report, bit for bit."""
    found = company(120, pull=0.02)
    shuffled = found.sample(fraction=1, shuffle=True, seed=3)
    assert report(shuffled) == report(found) == report(found)


def numbers(part: Any) -> list[float]:
    """Return every number in a part of a report."""
    if isinstance(part, dict):
        return [n for value in part.values() for n in numbers(value)]
    if isinstance(part, list):
        return [n for value in part for n in numbers(value)]
    return [part] if isinstance(part, int | float) else []


PEOPLE = st.tuples(
    st.none() | st.sampled_from([0.0, 0.1, 0.2, 0.3]) | st.floats(-1, 2),
    st.booleans(),
    st.booleans(),
    st.none() | st.booleans(),
    st.none() | st.floats(-1, 1),
)


@settings(max_examples=60)
@given(st.lists(PEOPLE, max_size=30), st.integers(1, 6))
def test_no_group_under_twenty_is_ever_told(rows: list[Any], times: int) -> None:
    """A figure is there for all thirds, each of twenty or more, or there is no number of it at all."""
    found = report(pl.DataFrame(rows * times, schema=_TYPES, orient="row"))
    json.dumps(found, allow_nan=False)
    for row in found["measures"]:
        if row["finding"] == "left out":
            assert numbers(row) == []
            assert str(SMALLEST) in row["reason"]
        else:
            assert len(row["thirds"]) == 3
            assert all(third["people"] >= SMALLEST for third in row["thirds"])


@settings(max_examples=25)
@given(st.integers(0, 19), st.integers(0, 19), st.integers(60, 100))
def test_a_small_group_cannot_be_computed_from_the_rest(flagged: int, changed: int, count: int) -> None:
    """Where one third is too small, nothing in the report depends on what happened in it, or beside it."""
    few = 19
    found = company(count).with_columns(
        skin_ev=pl.when(pl.col("luminance").rank("ordinal") > count - few).then(None).otherwise("skin_ev"),
        retry=pl.Series([i < flagged if i < few else None for i in range(count)], dtype=pl.Boolean),
    )
    other = found.with_columns(
        skin_ev=pl.col("skin_ev") + 0.3,
        retry=pl.Series([i < changed if i < few else None for i in range(count)], dtype=pl.Boolean),
    )
    small = [row for row in report(found)["measures"] if row["finding"] == "left out"]
    assert "retry" in {row["measure"] for row in small}
    if count // 3 - few < SMALLEST:
        assert "skin_ev" in {row["measure"] for row in small}
    assert [row for row in report(other)["measures"] if row["finding"] == "left out"] == small


def test_who_asked_for_another_attempt_is_not_counted_out_of_a_rate() -> None:
    """One to four people of a third who gave an answer could be worked out from its rate and size."""

    def told(count: int) -> str:
        wanted = pl.Series([i % 30 < count for i in range(90)], dtype=pl.Boolean)
        third = pl.Series([float(1 + i // 30) for i in range(90)])
        return str(
            measure(report(company(90).with_columns(retry=wanted, luminance=third)), "retry")["finding"]
        )

    assert [told(count) for count in (0, 1, 4, 5)] == ["alike", "left out", "left out", "alike"]


def test_sizes_are_told_in_tens() -> None:
    """Else the people of run.json less the thirds would be the few whose face could not be read."""
    thirds = measure(report(company(100)), "review")["thirds"]
    assert [third["people"] for third in thirds] == [30, 30, 30]


def test_equal_luminances_are_not_torn_apart() -> None:
    """Who is in which third must not be chance: a company of one luminance has no thirds."""
    found = report(company(90).with_columns(luminance=pl.lit(0.2)))
    assert {row["finding"] for row in found["measures"]} == {"left out"}


@pytest.mark.parametrize("count", [0, 1, 59])
def test_a_small_company_is_told_why_there_is_nothing(count: int) -> None:
    """A sentence instead of figures."""
    found = report(company(count))
    assert numbers(found["measures"]) == []
    assert len(found["sentences"]) == 1


def test_names_do_not_get_into_the_report() -> None:
    """Tables with ids come in; what is compared has none, and whose face was not read is in no third."""
    ids = [f"E{n:03}" for n in range(75)]
    verdicts = ledger.table(
        Verdict, [Verdict(i, "r", "review" if n % 5 else "retake") for n, i in enumerate(ids)]
    )
    rows = [Reading(i, "r", "lit", 0.1 + n / 100) for n, i in enumerate(ids[:70])]
    rows += [Reading(i, "r", "skin_ev", 0.01 * (n % 3)) for n, i in enumerate(ids[:70])]
    found = people(
        verdicts, ledger.table(Reading, rows), {i: n < 40 for n, i in enumerate(ids)}, luminance="lit"
    )
    assert set(found.columns) == set(_TYPES)
    assert found["luminance"].null_count() == 5
    told = report(found, "lit")
    assert [row["measure"] for row in told["measures"]] == ["review", "retake", "retry", "skin_ev"]
    assert "E0" not in json.dumps(told)


def test_what_was_lightened_does_not_pass_for_light() -> None:
    """Luminance is read on the portrait: without taking the change back, chance alone would look like a slope."""
    dice = np.random.default_rng(4)
    ids, photo, moved = [f"E{n}" for n in range(600)], dice.normal(-2, 0.5, 600), dice.normal(0, 0.15, 600)
    verdicts = ledger.table(Verdict, [Verdict(i, "r", "accept") for i in ids])
    sides = {"ofiq_luminance_mean": np.exp2(photo + moved), "source_lit": np.exp2(photo), "skin_ev": moved}
    rows = [
        Reading(i, "r", name, float(v))
        for name, side in sides.items()
        for i, v in zip(ids, side, strict=True)
    ]
    table = ledger.table(Reading, rows)
    of_portrait, of_photo = (
        people(verdicts, table, luminance=name) for name in ("ofiq_luminance_mean", "source_lit")
    )
    assert of_portrait["luminance"].to_list() == pytest.approx(of_photo["luminance"].to_list())
    assert measure(report(of_portrait), "skin_ev")["finding"] == "alike"


def test_another_attempt_counts_of_those_who_answered_about_this_picture() -> None:
    """The last answer about the portrait shown; who has not answered is in no rate."""

    def said(who: str, picture: str, answer: str) -> Decision:
        return Decision(who, picture, answer, who, "2026-11-23T12:00:00+00:00")

    answers = [
        said("ann", "a", "retry"),
        said("bob", "b", "retry"),
        said("bob", "b", "approve"),
        said("cid", "old", "retry"),
    ]
    pictures = {"ann": "a", "bob": "b", "cid": "c", "dan": "d"}
    assert retries(answers, pictures) == {"ann": True, "bob": False}


def test_a_ratio_without_any_flag_is_finite() -> None:
    """Nobody flagged in one group, or in all: a number, and no alarm."""
    none, some = np.zeros(40, bool), np.arange(40) < 2
    assert rate_ratio([none, none, none]) == (rate_ratio([none, none, none])[0], 1.0)
    ratio, chance = rate_ratio([none, some, none])
    assert ratio.value == pytest.approx(5)
    assert chance > 0.2


def test_spearman_knows_ties_and_order() -> None:
    """1 in the same order, −1 in the opposite, ties sharing a rank."""
    values = np.array([1.0, 2.0, 2.0, 5.0])
    assert spearman(values, values**3) == pytest.approx(1)
    assert spearman(values, -values) == pytest.approx(-1)
    dice = random.Random(2)  # noqa: S311
    pairs = np.array([(dice.random(), dice.random()) for _ in range(400)])
    assert abs(spearman(pairs[:, 0], pairs[:, 1])) < 0.15

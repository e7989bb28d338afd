"""Limits, outliers and refusals become one verdict a person, with reasons and plain sentences."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import ledger
from catchlight.checks import Limits
from catchlight.config import Limit, Preset, load_preset
from catchlight.errors import ConfigError
from catchlight.judge import judge, limits, sentence
from catchlight.records import Reading, Render, Verdict

HOUSE = load_preset("house")


def _with(**checks: dict[str, Any]) -> Preset:
    """Return the house preset with a company's own limits."""
    return HOUSE.model_copy(update={"checks": {name: Limit(**own) for name, own in checks.items()}})


def _judged(
    values: dict[str, dict[str, float | None]], preset: Preset = HOUSE, by: pl.DataFrame | None = None
) -> dict[str, Verdict]:
    """Judge readings given as employee → check → value."""
    renders = [Render(person, f"r-{person}", "p") for person in values]
    held_to = limits(preset)
    readings = []
    for person, checks in values.items():
        for check, value in checks.items():
            limit = held_to.get(check, Limits())
            said = "" if value is not None else "cannot be seen"
            readings.append(Reading(person, f"r-{person}", check, value, limit.low, limit.high, said))
    done = judge(ledger.table(Render, renders), ledger.table(Reading, readings), preset, by)
    rows: list[Verdict] = ledger.records(Verdict, done)
    assert [row.employee for row in rows] == list(values)
    return {row.employee: row for row in rows}


def _one(preset: Preset = HOUSE, **checks: float | None) -> Verdict:
    return _judged({"ana": checks}, preset)["ana"]


def test_within_the_limits_a_portrait_is_accepted() -> None:
    """No reasons, no sentences; the limits themselves are still within."""
    verdict = _one(head=64.0, eye_line=0.1, yaw=3.0, likeness=0.05)
    assert verdict == Verdict("ana", "r-ana", "accept")
    assert _one(head=60.0).outcome == _one(head=67.0).outcome == "accept"


@pytest.mark.parametrize(("value", "reason"), [(59.9, "head.low"), (67.1, "head.high")])
def test_outside_a_limit_a_person_looks(value: float, reason: str) -> None:
    """Review, with the reason and the sentence of the side that was passed."""
    verdict = _one(head=value)
    assert (verdict.outcome, verdict.reasons) == ("review", (reason,))
    assert verdict.sentences == (sentence("head", reason.partition(".")[2]),)


@pytest.mark.parametrize("value", [-39.0, 39.0])
def test_far_outside_a_new_photo_is_needed(value: float) -> None:
    """Either side; the sentence says what to send, and the milder reason is not told beside it."""
    verdict = _one(yaw=value)
    assert (verdict.outcome, verdict.reasons) == ("retake", ("yaw.far",))
    assert "send" in verdict.sentences[0]


def test_the_worst_decides_and_all_is_told() -> None:
    """One verdict with every reason; the outcome is that of the gravest."""
    verdict = _one(head=71.0, yaw=50.0, eye_line=-2.0)
    assert verdict.outcome == "retake"
    assert set(verdict.reasons) == {"head.high", "yaw.far", "eye_line.low"}
    assert len(verdict.sentences) == len(verdict.reasons)


def test_a_note_never_flags() -> None:
    """A check that a company only wants noted changes no verdict, however far it is."""
    assert _one(_with(yaw={"outcome": "note"}), yaw=80.0).outcome == "accept"
    assert _one(background=3.0, source_head=1.0).outcome == "accept"


def test_a_note_does_not_flag_outliers_either() -> None:
    """Nor does it when it is unlike the company's others."""
    company = {f"p{i:02}": {"yaw": float(i % 5)} for i in range(30)} | {"odd": {"yaw": 24.0}}
    assert _judged(company, _with(yaw={"outcome": "note"}))["odd"].outcome == "accept"


def test_what_could_not_be_measured_is_no_verdict() -> None:
    """A missing value neither accepts nor refuses anything else."""
    assert _one(likeness=None).outcome == "accept"
    assert _one(likeness=None, head=50.0).reasons == ("head.low",)


def test_a_company_may_set_its_own_limits() -> None:
    """What it leaves out stays as the check has it; an outcome may be made stricter."""
    strict = _with(head={"high": 65.0, "outcome": "retake"})
    assert _one(strict, head=66.0).outcome == "retake"
    assert _one(strict, head=59.0).reasons == ("head.low",)
    assert _one(strict, head=64.0).outcome == "accept"
    assert limits(strict)["head"].low == limits(HOUSE)["head"].low


def test_a_check_from_an_older_run_is_passed_over() -> None:
    """Readings of a check that is no longer there do not stop the judge."""
    assert _one(head=64.0, removed_check=1e9).outcome == "accept"


@pytest.mark.filterwarnings("ignore::UserWarning:pydantic")
def test_a_limit_that_is_wrong_names_check_and_preset() -> None:
    """Whatever slips into a preset object is told with the check's name."""
    broken = HOUSE.model_copy(update={"checks": {"head": Limit.model_construct(low="high")}})
    with pytest.raises(ConfigError, match=r"preset house: checks\.head"):
        limits(broken)


def _company(people: int, odd: float = 15.0) -> dict[str, dict[str, float | None]]:
    """Return yaws around 2°, and one who is turned further, but within the limits."""
    usual: dict[str, dict[str, float | None]] = {f"p{i:03}": {"yaw": 1.0 + i % 3} for i in range(people - 1)}
    return usual | {"odd": {"yaw": odd}}


@pytest.mark.parametrize(("people", "outcome"), [(19, "accept"), (21, "review"), (200, "review")])
def test_who_stands_out_of_the_company_is_looked_at(people: int, outcome: str) -> None:
    """Only a company large enough to have something usual; the one who stands out, nobody else."""
    verdicts = _judged(_company(people))
    assert verdicts["odd"].outcome == outcome
    assert [p for p, v in verdicts.items() if v.outcome != "accept"] == (
        ["odd"] if outcome == "review" else []
    )
    if outcome == "review":
        assert verdicts["odd"].reasons == ("yaw.outlier",)
        assert "unlike most" in verdicts["odd"].sentences[0]


def test_a_third_of_strangers_does_not_hide_an_outlier() -> None:
    """Median and its deviation are robust: many odd values do not move what is usual."""
    company = _company(41) | {f"x{i}": {"yaw": 20.0} for i in range(15)}
    flagged = {p for p, v in _judged(company).items() if v.outcome == "review"}
    assert flagged == {f"x{i}" for i in range(15)}
    assert _judged(_company(41))["odd"].outcome == "review"


def test_where_all_are_equal_nobody_stands_out() -> None:
    """No spread, no outliers: a hair's breadth is no reason to look."""
    company: dict[str, dict[str, float | None]] = {f"p{i}": {"yaw": 2.0} for i in range(40)}
    assert _judged(company | {"odd": {"yaw": 2.001}})["odd"].outcome == "accept"


def test_outliers_are_looked_for_within_an_office() -> None:
    """What is usual in one office is not in another; a small office has nothing usual."""
    left = {f"l{i:02}": {"yaw": -10.0 + i % 3} for i in range(30)}
    right = {f"r{i:02}": {"yaw": 10.0 + i % 3} for i in range(30)}
    few = {f"f{i}": {"yaw": 0.0 + i % 3} for i in range(5)}
    people: dict[str, dict[str, float | None]] = {
        **left,
        **right,
        **few,
        "lost": {"yaw": 11.0},
        "new": {"yaw": 20.0},
    }
    groups = {p: p[0] for p in people} | {"lost": "l", "new": "f"}
    by = pl.DataFrame({"employee": list(groups), "group": list(groups.values())})
    assert [p for p, v in _judged(people, by=by).items() if v.outcome != "accept"] == ["lost"]
    assert _judged(people)["lost"].outcome == "accept"


def test_a_photo_that_could_not_be_used_asks_for_another() -> None:
    """The refusal's reason and sentence become the verdict's."""
    bad = Render("bo", "r", "", reason="photo.truncated", note="The file ends in the middle; send it again.")
    good = Render("cy", "s", "p")
    done = judge(ledger.table(Render, [bad, good]), ledger.table(Reading, []), HOUSE)
    first, second = ledger.records(Verdict, done)
    assert first == Verdict("bo", "r", "retake", ("photo.truncated",), (bad.note,))
    assert second.outcome == "accept"


def test_nobody_is_judged_in_an_empty_company() -> None:
    """No renders, no verdicts, no crash; the table has the record's schema."""
    done = judge(ledger.table(Render, []), ledger.table(Reading, []), HOUSE)
    assert done.is_empty()
    assert dict(done.schema) == ledger.schema(Verdict)


VALUES = st.dictionaries(
    st.sampled_from(["head", "yaw", "likeness", "matte", "background"]),
    st.none() | st.floats(-1e6, 1e6),
)


@settings(max_examples=40)
@given(st.lists(VALUES, min_size=1, max_size=30))
def test_everybody_gets_exactly_one_verdict(people: list[dict[str, float | None]]) -> None:
    """In their order, with a reason wherever it is not accepted and none where it is."""
    for verdict in _judged({f"p{i}": checks for i, checks in enumerate(people)}).values():
        assert verdict.outcome in ("accept", "review", "retake")
        assert bool(verdict.reasons) == (verdict.outcome != "accept")
        assert len(verdict.reasons) == len(verdict.sentences)
        assert all(verdict.sentences)

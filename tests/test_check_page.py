"""What counts, what is advice, what never counts: kept by the judge, shown on the sheet, told on the page."""

from dataclasses import asdict
from pathlib import Path

import pytest

from catchlight import ledger, plugins
from catchlight.config import Limit, Preset, load_preset
from catchlight.develop import Development
from catchlight.errors import ConfigError
from catchlight.judge import judge, limits
from catchlight.records import Reading, Render
from flows.check_page import page, standing
from reports.contact_sheet_readings import CheckText, check_columns

NAMES = plugins.names("catchlight.checks")
NEVER = [n for n in NAMES if getattr(plugins.load("catchlight.checks", n), "NEVER_COUNTS", False)]
PAGE = Path(__file__).parents[1] / "docs" / "checks.md"


def _preset(check: str, limit: Limit) -> Preset:
    return load_preset("house").model_copy(update={"checks": {check: limit}})


@pytest.mark.parametrize("check", NEVER)
@pytest.mark.parametrize("outcome", ["review", "retake"])
def test_no_preset_makes_count_what_never_counts(check: str, outcome: str) -> None:
    """A smile, a skin, a body is nothing to refuse a portrait for: the preset is refused, with key and reason."""
    with pytest.raises(ConfigError, match=rf"preset house: checks\.{check}\.outcome: .*never counts"):
        limits(_preset(check, Limit(high=0.0, outcome=outcome)))  # type: ignore[arg-type]


@pytest.mark.parametrize("check", NEVER)
def test_what_never_counts_may_be_noted(check: str) -> None:
    """Whatever its value, and whatever limits a preset draws on the sheet, nobody is flagged."""
    preset = _preset(check, Limit(low=-1.0, high=0.0, outcome="note"))
    rows = [Reading("ana", "r", check, value, -1.0, 0.0) for value in (-1e9, 1e9)]
    done = judge(ledger.table(Render, [Render("ana", "r", "p")]), ledger.table(Reading, rows), preset)
    assert done["outcome"].to_list() == ["accept"]


def test_what_never_counts_looks_for_no_outliers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is flagged for being unlike the others either, not even by the check itself."""
    module = plugins.load("catchlight.checks", "ofiq_mouth_closed")

    class Odd(module.Settings):  # type: ignore[misc, name-defined]
        outlier: float | None = 3.0

    monkeypatch.setattr(module, "Settings", Odd)
    with pytest.raises(ConfigError, match=r"checks\.ofiq_mouth_closed\.outlier"):
        limits(load_preset("house"))


def test_a_reading_from_before_there_were_scores_is_read() -> None:
    """An older recipe's rows have no score; they become readings without one."""
    render = Render("ana", "r", "p")
    old = {key: value for key, value in asdict(Reading("ana", "r", "head", 64.0)).items() if key != "score"}
    plain = {"photos": [], "render": asdict(render), "readings": [old]}
    assert Development.of(plain).readings == (Reading("ana", "r", "head", 64.0),)


def test_the_sheet_has_the_score_beside_the_value() -> None:
    """In the order of the people, nothing for a check without a scale or a table of before there were scores."""
    rows = [
        Reading("bo", "r", "ofiq_yaw", 15.0, score=93),
        Reading("ana", "s", "ofiq_yaw", None, error="hidden"),
        Reading("bo", "r", "head", 64.0),
    ]
    table, texts = ledger.table(Reading, rows), {"ofiq_yaw": CheckText("Yaw", "degrees")}
    yaw, head = check_columns(table, ["ana", "bo"], texts)
    assert (yaw["values"], yaw["scores"]) == ([None, 15.0], [None, 93])
    assert head["scores"] == []
    old = table.drop("score")
    assert [column["scores"] for column in check_columns(old, ["ana", "bo"], texts)] == [[], []]


def test_the_page_is_that_of_the_checks() -> None:
    """docs/checks.md lists every check as it is; `python -m flows.check_page > docs/checks.md` writes it anew."""
    written = PAGE.read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in written] == []
    assert written == page()


def test_the_page_says_what_each_check_may_do() -> None:
    """Limits flag, advice does not, and what is said of a check follows from its settings."""
    said = {name: standing(plugins.load("catchlight.checks", name)) for name in NAMES}
    assert {name for name, what in said.items() if what == "never counts"} == set(NEVER)
    assert (said["head"], said["yaw"], said["background"], said["ofiq_yaw"]) == (
        "limit",
        "limit",
        "advice",
        "advice",
    )
    assert "limit" not in {what for name, what in said.items() if name.startswith("ofiq_")}

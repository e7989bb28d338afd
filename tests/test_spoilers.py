"""The portraits that spoil the wall come first, with what stands out, and nobody else does."""

import csv
import json
import random
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from catchlight import ledger, results
from catchlight.job import Job
from catchlight.look import Look
from catchlight.plan import Plan
from catchlight.records import Employee, Reading, Verdict
from catchlight.spoilers import Spoiler, rank, spoilers_csv
from tests.test_consistency import Company, readings, verdicts


def wall(people: int = 30) -> Company:
    """Return a company that is as alike as the fleet's targets ask."""
    dice = random.Random(5)  # noqa: S311
    return {
        f"p{i:02}": {
            "head": dice.gauss(64, 0.5), "eye_line": dice.gauss(0, 0.2), "background": dice.gauss(91, 0.4),
            "light_azimuth": dice.gauss(35, 4), "light_elevation": dice.gauss(30, 4),
            "light_ratio": 2.0 * dice.uniform(0.95, 1.05), "cast": abs(dice.gauss(0, 1)), "sharpness": dice.gauss(2.4, 0.1),
        }
        for i in range(people)
    }  # fmt: skip


def _people(company: Company) -> pl.DataFrame:
    return ledger.table(Employee, [Employee(id_) for id_ in company])


def ranked(company: Company, **outcomes: str) -> list[Spoiler]:
    """Return the list."""
    return rank(readings(company), verdicts(company, **outcomes))


def test_where_all_are_alike_nobody_spoils_the_wall() -> None:
    """Nor does a hair's breadth where all others are equal: targets bound what stands out."""
    assert ranked(wall()) == []
    equal: Company = {f"p{i}": {"head": 64.0} for i in range(30)}
    assert ranked(equal | {"odd": {"head": 64.4}}) == []


def test_light_from_the_other_side_comes_first() -> None:
    """One mirrored portrait among many: it leads the list, and the words say why."""
    company = wall() | {"mirrored": wall()["p00"] | {"light_azimuth": -35.0}}
    company["large"] = wall()["p01"] | {"head": 68.0}
    first, second = ranked(company)
    assert (first.employee, first.what) == ("mirrored", "light from the other side")
    assert (second.employee, second.what) == ("large", "head larger than the others")
    assert first.distance > second.distance > 3


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        ("head", 58.0, "head smaller than the others"),
        ("eye_line", -4.0, "eyes higher than the others"),
        ("background", 80.0, "background darker than the others"),
        ("light_elevation", -20.0, "light from another direction"),
        ("light_ratio", 6.0, "light harder than the others"),
        ("cast", 12.0, "colour cast"),
        ("sharpness", 0.9, "softer than the others"),
    ],
)
def test_what_stands_out_is_said(check: str, value: float, words: str) -> None:
    """A photographer would know from the words what to mend."""
    (found,) = ranked(wall() | {"odd": wall()["p03"] | {check: value}})
    assert found == Spoiler("odd", found.distance, words)


def test_two_causes_are_named_the_worse_first() -> None:
    """Two, not seven: the worst of them, joined to one phrase."""
    odd = wall()["p03"] | {"head": 72.0, "eye_line": 6.0, "background": 86.0}
    assert ranked(wall() | {"odd": odd})[0].what == "eyes lower and head larger than the others"


def test_sharper_than_the_others_is_no_fault() -> None:
    """A side that nobody minds is not counted."""
    assert ranked(wall() | {"odd": wall()["p03"] | {"sharpness": 4.0}}) == []


def test_retakes_are_not_on_the_wall() -> None:
    """Who needs a new photo anyway is not listed a second time, and is no measure for the others."""
    company = wall() | {"gone": wall()["p03"] | {"head": 99.0}}
    assert ranked(company, gone="retake") == []


def test_at_most_twenty_and_the_same_in_any_order() -> None:
    """The worst twenty; who stands where does not depend on the order of the tables."""
    company = wall(80) | {f"x{i:02}": wall()["p04"] | {"head": 70.0 + i / 10} for i in range(25)}
    found = ranked(company)
    assert [one.employee for one in found] == [f"x{i:02}" for i in range(24, 4, -1)]
    assert ranked(dict(reversed(company.items()))) == found


def test_a_handful_has_no_middle() -> None:
    """Of four people none is the odd one."""
    assert ranked({f"p{i}": {"head": 50.0 + 10 * i} for i in range(4)}) == []


def test_the_table_opens_safely_in_a_spreadsheet() -> None:
    """An id is whatever the directory has: no cell starts a formula, zeros stay."""
    data = spoilers_csv(
        [Spoiler("=cmd|' /C calc'!A0", 9.0, "colour cast"), Spoiler("0042", 3.5, "colour cast")]
    )
    header, first, second = csv.reader(StringIO(data.decode("utf-8-sig")))
    assert header == ["employee", "distance", "what"]
    assert first[0] == "'=cmd|' /C calc'!A0"
    assert second == ["0042", "3.50", "colour cast"]


def test_a_run_keeps_the_list_and_the_thirds_beside_its_tables(tmp_path: Path) -> None:
    """spoilers.csv and fairness.json lie in the run's folder; the latter has no ids, and no figures of 31 people."""
    plan = Plan("20261123-1512", Job(source=tmp_path, home=tmp_path), Look(""), "", ())
    company = wall() | {"zoe-mirrored": wall()["p00"] | {"light_azimuth": -35.0}}
    tables = {Reading: readings(company), Verdict: verdicts(company), Employee: _people(company)}
    spoilers, thirds = results.list_spoilers(plan, tables), results.compare_thirds(plan, tables)
    folder = tmp_path / "runs/20261123-1512"
    assert (folder / "spoilers.csv").read_bytes() == spoilers_csv(spoilers)
    assert [one.employee for one in spoilers] == ["zoe-mirrored"]
    told = (folder / "fairness.json").read_text("utf-8")
    assert json.loads(told) == thirds
    assert "zoe" not in told

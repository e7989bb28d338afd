"""Whoever joins or leaves between two scheduled runs of a job: through the same gates, and taken off."""

from pathlib import Path

import pytest

from catchlight.publish_planning import draw
from catchlight.records import Answer
from tests.asked_company import Asked
from tests.published_company import SIZES, codes
from tests.published_company import Company as Published
from tests.test_groups import Company

STAYS, LEAVES, JOINS = "H001052", "O000174", "E000298"


def hire(company: Company, shared: Path, person: str) -> None:
    """Let somebody be in the source, with their photo."""
    photo = (shared / f"congress/photos/{person}.jpg").read_bytes()
    (company.root / f"hr/photos/{person}.jpg").write_bytes(photo)
    company.move(person)


@pytest.mark.slow
def test_one_run_takes_a_joiner_in_and_hands_a_leaver_on(shared: Path, tmp_path: Path) -> None:
    """The joiner alone is made and judged, and nothing of theirs is published without their yes; the leaver is taken off."""
    company = Company(tmp_path)
    for person in (STAYS, LEAVES):
        hire(company, shared, person)
    assert company.refresh() == 2
    asked, published = Asked(company.home), Published(company.home, tmp_path / "out")
    published.out.mkdir()
    for person in (STAYS, LEAVES):
        asked.say(person, Answer.APPROVE)
    assert codes(published.publish())["sent"] == 4
    del company.people[LEAVES]
    hire(company, shared, JOINS)
    assert company.refresh() == 1
    assert asked.verdict(JOINS).employee == JOINS
    plan = draw(published.desk(), "latest", SIZES)
    assert {one.employee: one.reason for one in plan.removals} == {LEAVES: "left"}
    assert [one.employee for one in plan.people] == [STAYS]
    assert {one.employee for one in plan.skipped} == {JOINS}
    assert codes(published.publish()) == {"removed": 2, "unchanged": 2, "listed": 1}
    assert {Path(name).stem for name in published.files()} == {STAYS}

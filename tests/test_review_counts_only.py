"""Pages that count say nothing that was measured of one person."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight.records import Employee, Outcome
from reports.review import story
from tests.review_company import ReviewCompany
from tests.staffed_company import GATED, staff

SAID = "The eyes are only {} pixels apart in this photo; send one that is at least 600 pixels wide."
GENERAL = "The face has too few pixels in the photo"


@pytest.mark.parametrize(
    ("page", "role"), [("/people", "hr"), ("/people", "auditor"), ("/people/queue", "hr")]
)
def test_what_was_measured_of_one_is_said_of_nobody_else(tmp_path: Path, page: str, role: str) -> None:
    """Two people with eyes 9 and 14 pixels apart are one line that is true of both."""
    company = ReviewCompany(tmp_path / "home")
    for number in (14, 9):
        company.add(Employee(f"p{number}"), Outcome.RETAKE, picture="", after="", aligned="")
        said = {"reasons": ("face.too_small",), "sentences": (SAID.format(number),)}
        company.verdicts[-1] = replace(company.verdicts[-1], **said)
    text = staff(company.finish().desk(GATED), role).get(page).text
    counts = text.split("<select")[1].split("</select>")[0] if page.endswith("queue") else text
    assert GENERAL in counts
    assert "pixels apart" not in counts


def test_what_one_person_wished_is_not_told_of_all(tmp_path: Path) -> None:
    """A check's own sentence stands there, without what was added for somebody."""
    company = ReviewCompany(tmp_path / "home")
    company.add(Employee("p1"), Outcome.REVIEW)
    told = ("The head is larger than the brand wants. This was asked for.",)
    company.verdicts[-1] = replace(company.verdicts[-1], reasons=("head.high",), sentences=told)
    text = staff(company.finish().desk(GATED), "hr").get("/people").text
    assert "The head is larger than the brand wants" in text
    assert "This was asked for" not in text


def test_every_refusal_of_a_photo_has_its_general_words() -> None:
    """In each language that has words for photos that cannot be used; no measure stands in them but the size to send."""
    file = Path(story.__file__).with_name("reasons.de.toml")
    refusals = {
        code for code in tomllib.loads(file.read_text("utf-8")) if code.startswith(("photo.", "face."))
    }
    assert set(story.reasons_many("en")) == refusals

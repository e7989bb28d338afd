"""Who never said yes themselves is shown anew only as long as review.toml names the agreement that spoke for them."""

from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from catchlight.register import now
from tests.published_company import Company, make_company
from tests.test_gates import SILENCE, add, asked, closed, hired, planned, why

ENDED = SILENCE.replace("works agreement 12", "works agreement 13")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company where silence said yes for ana by agreement."""
    made = make_company(tmp_path)
    (made.home / "review.toml").write_text(SILENCE, encoding="utf-8")
    add(made, *asked("ana", hired(made, {"ana": "ACME AG"})["ana"]))
    assert closed(made) == {"ana"}
    assert [one.employee for one in planned(made).people] == ["ana"]
    return made


@pytest.mark.parametrize("left", ["", ENDED])
def test_an_agreement_that_ended_publishes_nobody_more(company: Company, left: str) -> None:
    """Nor does another one in its place, which no letter named."""
    (company.home / "review.toml").write_text(left, encoding="utf-8")
    assert why(company) == {"ana": "lapsed"}
    told = {skip.employee: skip.sentence for skip in planned(company).skipped}
    assert "review.toml does not name for them any more; put it back there if that is a slip" in told["ana"]
    (company.home / "review.toml").write_text(SILENCE, encoding="utf-8")
    assert why(company) == {}


def test_who_went_to_another_entity_is_not_spoken_for(company: Company) -> None:
    """The agreement is not theirs any more."""
    hired(company, {"ana": "Other Ltd"})
    assert why(company) == {"ana": "lapsed"}


def test_what_stands_stays_and_a_yes_of_their_own_counts(company: Company) -> None:
    """Nobody is taken off for it: it was agreed when it was published."""
    company.publish(sizes=("96",))
    (company.home / "review.toml").write_text("", encoding="utf-8")
    plan = planned(company)
    assert (list(plan.removals), [(skip.reason, skip.shown) for skip in plan.skipped]) == (
        [],
        [("lapsed", True)],
    )
    assert list(company.files()) == ["96/ana.jpg"]
    company.answer({"ana": hired(company, {"ana": "ACME AG"})["ana"]})
    assert why(company) == {}


def test_so_it_is_with_approval_in_bulk(company: Company) -> None:
    """HR's press of a button rests on the agreement as well."""
    picture = hired(company, {"bo": "ACME AG"})["bo"]
    with_bulk = SILENCE.replace("[[silence]]", "[[bulk]]")
    (company.home / "review.toml").write_text(with_bulk, encoding="utf-8")
    register = open_register(company.home)
    said = Decision("bo", picture, Answer.APPROVE, "hr", now(), source="bulk: works agreement 12")
    register.decide([said])
    register.close()
    assert why(company) == {}
    (company.home / "review.toml").write_text(SILENCE, encoding="utf-8")
    assert why(company) == {"bo": "lapsed"}

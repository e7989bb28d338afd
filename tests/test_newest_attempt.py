"""After another try, every page is about the newest attempt, or about the one that the person chose."""

from pathlib import Path

import pytest

from catchlight.answers import chosen, clearance
from catchlight.policy import Gates
from catchlight.records import Answer, Decision, Side
from catchlight.standings import Standing, Standings
from reports.review.desk import ReviewDesk
from tests.review_company import signed_in
from tests.review_stands import ME, one_person, opened, policy, say


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of somebody with a new portrait and the one before, and a brand's gate."""
    return opened(one_person(tmp_path, earlier=1), policy(gates=Gates(brand=True)))


def attempts(desk: ReviewDesk) -> tuple[str, str]:
    """Return the digests of the newest portrait and of the one before."""
    newest, before = desk.company.book().people[ME.id].pictures
    return newest, before


def standing(desk: ReviewDesk) -> Standing:
    """Return where the company's pages see the person."""
    return Standings(desk.register, desk.company, brand_gate=True).now().people[ME.id]


def test_the_company_s_pages_follow_another_try(desk: ReviewDesk) -> None:
    """What somebody asked to change is theirs no more: the queue and the portrait's page show what came of it."""
    newest, before = attempts(desk)
    say(desk, Answer.RETRY, before, tags="tighter")
    brand = signed_in(desk, "brand@example.com", "", ("brand",))
    queue = brand.get("/people/queue?search=ada").text
    assert f"/people/portrait/{newest}" in queue
    assert "An earlier attempt" not in queue
    assert before not in brand.get(f"/people/portrait/{newest}").text
    assert (standing(desk).picture, standing(desk).stage) == (newest, "open")
    assert f'value="{newest}"' in signed_in(desk, ME.id, ME.id).get("/me").text


def test_who_returns_to_the_earlier_attempt_is_shown_with_it(desk: ReviewDesk) -> None:
    """A yes to the earlier one chooses it for every page, and for publishing."""
    _, before = attempts(desk)
    say(desk, Answer.RETRY, before, tags="tighter")
    say(desk, Answer.APPROVE, before)
    assert (standing(desk).picture, standing(desk).stage) == (before, "waiting")


def test_another_try_after_a_yes_takes_the_yes_back(desk: ReviewDesk) -> None:
    """Whichever attempt it is about: nothing is published while somebody waits for a better one."""
    newest, before = attempts(desk)
    for about in (newest, before):
        said = [
            Decision(ME.id, p, a, ME.id, str(at))
            for at, (p, a) in enumerate(((newest, "approve"), (about, "retry")))
        ]
        found = [d for d in said if d.side == Side.EMPLOYEE]
        assert clearance(found, chosen(found, (newest, before)), brand=False) == Answer.RETRY

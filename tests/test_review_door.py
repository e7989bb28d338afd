"""The door of the review server: links become sessions, opening decides nothing, foreign forms are refused."""

from pathlib import Path

import pytest

from catchlight.records import Decision
from reports.review.desk import ReviewDesk
from tests.review_company import ORIGIN, ReviewCompany, client, make_review_company, signed_in, token_of


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company of three with a finished run."""
    return make_review_company(tmp_path)


@pytest.fixture
def desk(company: ReviewCompany) -> ReviewDesk:
    """Return the desk of its review server."""
    return company.desk()


def link(desk: ReviewDesk, employee: str = "p1") -> str:
    """Return the path of a personal link."""
    picture = desk.company.book().people[employee].pictures[0]
    return "/l/" + desk.invitations.token(desk.invitations.invite(employee, picture, "hr", 14))


def test_a_link_leads_to_the_own_page_and_leaves_the_address_bar(desk: ReviewDesk) -> None:
    """The token is exchanged at once for a session in a cookie that no script and no other site can use."""
    browser = client(desk)
    answer = browser.get(link(desk))
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    cookie = answer.headers["set-cookie"].casefold()
    assert all(part in cookie for part in ("__host-sid=", "secure", "httponly", "samesite=lax", "path=/"))
    assert browser.get("/me").status_code == 200


def test_opening_a_link_again_and_again_decides_nothing(desk: ReviewDesk) -> None:
    """A mail scanner may open it and look at every picture."""
    path = link(desk)
    for method in ("HEAD", "GET", "GET", "OPTIONS"):
        client(desk).request(method, path)
    assert desk.register.rows(Decision) == []
    assert client(desk).get(path).status_code == 303


@pytest.mark.parametrize("tail", ["x", "", ".x.y", "é", "a" * 5000])
def test_a_forged_link_opens_nothing(desk: ReviewDesk, tail: str) -> None:
    """What we did not sign is refused, without a session."""
    answer = client(desk).get(f"/l/{link(desk)[3:-4]}{tail}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_of_another_site_is_refused(desk: ReviewDesk) -> None:
    """By where it comes from, and by the token that it cannot know."""
    browser = signed_in(desk, "p1", "p1")
    page = browser.get("/me").text
    picture = desk.company.book().people["p1"].pictures[0]
    good = {"token": token_of(page), "picture": picture, "answer": "approve"}
    assert (
        browser.post("/me/answer", data=good, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert browser.post("/me/answer", data=good, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert browser.post("/me/answer", data=good | {"token": "0" * 64}).status_code == 403
    assert browser.post("/me/answer", data=good | {"token": token_of(page)[:-1] + "é"}).status_code == 403
    assert desk.register.rows(Decision) == []
    assert browser.post("/me/answer", data=good, headers={"origin": ORIGIN}).status_code == 303
    assert [said.answer for said in desk.register.rows(Decision)] == ["approve"]

"""The door of the review server: links become sessions, opening decides nothing, foreign forms are refused."""

import dataclasses
import re
from pathlib import Path

import pytest

from catchlight.policy import Policy
from catchlight.records import Decision, Employee, Outcome
from catchlight.register import now
from catchlight.review_records import Invitation, Session
from reports.review import visit
from reports.review.desk import ReviewDesk
from reports.review.visit import COOKIE
from reports.review.words import languages, texts
from tests.review_company import (
    ORIGIN,
    ReviewCompany,
    client,
    form_of,
    make_review_company,
    plain,
    signed_in,
    token_of,
)


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
    assert "/me" not in answer.text


def test_a_link_that_was_damaged_on_its_way_says_what_helps(desk: ReviewDesk) -> None:
    """One character less is no mystery: open it from the message once more, or ask for another one."""
    answer = client(desk).get(link(desk)[:-1])
    assert answer.status_code == 403
    assert "This link is not whole" in answer.text
    assert "ask whoever wrote to you for a new one" in plain(answer.text)
    desk = dataclasses.replace(desk, send_link=lambda _: True)
    assert "Open it all the same" in (door := plain(client(desk).get("/").text))
    assert "lost? Open it" not in door


def test_a_form_of_an_earlier_sign_in_says_so(desk: ReviewDesk) -> None:
    """A page that stood open is not the same as a door that is closed."""
    old = form_of(signed_in(desk, "p1", "p1").get("/me").text) | {"answer": "keep"}
    answer = signed_in(desk, "p1", "p1").post("/me/answer", data=old)
    assert answer.status_code == 403
    assert "from a page of an earlier sign-in" in answer.text


def test_a_form_of_another_site_is_refused(desk: ReviewDesk) -> None:
    """By where it comes from, and by the token that it cannot know."""
    browser = signed_in(desk, "p1", "p1")
    page = browser.get("/me").text
    good = form_of(page) | {"answer": "approve"}
    assert (
        browser.post("/me/answer", data=good, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert browser.post("/me/answer", data=good, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert browser.post("/me/answer", data=good | {"token": "0" * 64}).status_code == 403
    assert browser.post("/me/answer", data=good | {"token": token_of(page)[:-1] + "é"}).status_code == 403
    assert desk.register.rows(Decision) == []
    assert browser.post("/me/answer", data=good, headers={"origin": ORIGIN}).status_code == 303
    assert [said.answer for said in desk.register.rows(Decision)] == ["approve"]


def test_a_link_leads_to_whoever_needs_to_send_a_photo(tmp_path: Path) -> None:
    """Somebody whose photo gave no portrait is asked for another one."""
    company = ReviewCompany(tmp_path / "home")
    company.add(Employee("p1", "Ada"), Outcome.RETAKE, picture="", after="", aligned="")
    desk = company.finish().desk()
    asked = desk.invitations.invite("p1", "", "hr", 14)
    browser = client(desk)
    answer = browser.get("/l/" + desk.invitations.token(asked))
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "We need another photo" in browser.get("/me").text


def test_looking_for_links_is_slowed_down(desk: ReviewDesk) -> None:
    """After twenty wrong ones in a minute the address has to wait; nobody else does."""
    browser = client(desk)
    codes = [browser.get("/l/nobody").status_code for _ in range(25)]
    assert codes.count(403) == 20
    assert codes[-1] == 429
    assert client(desk).get(link(desk)).status_code == 303


def test_a_made_up_cookie_is_no_way_around_the_pace(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one with each request counts for the address that they come from; who is signed in counts alone."""
    monkeypatch.setattr(visit, "LOOKS", 5)
    browser, path = client(desk), link(desk)
    assert browser.get(path).status_code == 303
    made_up = [browser.get("/", headers={"cookie": f"{COOKIE}=x{n}"}).status_code for n in range(6)]
    assert made_up == [200] * 4 + [429] * 2
    assert browser.get("/me").status_code == 200


def test_a_link_ends_the_session_that_was_there(desk: ReviewDesk) -> None:
    """Whoever opens their link on a colleague's machine leaves nobody signed in beside them."""
    browser = signed_in(desk, "p2", "p2")
    browser.get(link(desk, "p1"))
    assert [row.employee for row in desk.register.rows(Session)] == ["p1"]
    assert "Ada1" in browser.get("/me").text


def test_an_old_link_offers_a_new_one_and_a_forged_one_none(desk: ReviewDesk) -> None:
    """It is sent to whom the link was for; what we did not sign is told so, and nothing else."""
    sent: list[Invitation] = []
    desk = dataclasses.replace(desk, send_link=lambda asked: bool(sent.append(asked)) or True)
    path = link(desk)
    desk.register.decide([Decision("p1", desk.company.book().people["p1"].pictures[0], "keep", "p1", now())])
    page = client(desk).get(path)
    assert page.status_code == 410
    assert "You have already answered" in page.text
    old = client(desk).post("/link", data={"link": path[3:]})
    forged = client(desk).post("/link", data={"link": "forged"})
    assert "A new link is on its way" in old.text
    assert forged.status_code == 403
    assert "This link is not whole" in forged.text
    assert [asked.employee for asked in sent] == ["p1"]


def test_without_letters_an_old_link_says_whom_to_ask(company: ReviewCompany) -> None:
    """Nobody is promised a message that cannot come: neither by the link, nor by its form, nor by the door."""
    desk = company.desk(Policy(url=ORIGIN, contact="hr@example.com, 4711"))
    path = link(desk)
    desk.register.decide([Decision("p1", desk.company.book().people["p1"].pictures[0], "keep", "p1", now())])
    for page in (client(desk).get(path), client(desk).post("/link", data={"link": path[3:]})):
        assert page.status_code == 410
        assert "You have already answered" in page.text
        assert "Ask for a new link here: hr@example.com, 4711" in page.text
        assert "<button" not in page.text.split("<main")[1].split("</main>")[0]
    assert "Ask for a new link here: hr@example.com, 4711" in client(desk).get("/").text
    nameless = company.desk(Policy(url=ORIGIN))
    assert "Ask whoever gave you the link" in client(nameless).get(path).text


def test_whoever_cannot_be_written_to_hears_so(desk: ReviewDesk) -> None:
    """Such as without an e-mail address of their own in a company that sends letters."""
    desk = dataclasses.replace(desk, send_link=lambda _: False)
    path = link(desk)
    desk.register.decide([Decision("p1", desk.company.book().people["p1"].pictures[0], "keep", "p1", now())])
    page = client(desk).post("/link", data={"link": path[3:]})
    assert "We cannot send you a link" in page.text
    assert "on its way" not in page.text


def test_a_withdrawn_link_opens_nothing(desk: ReviewDesk) -> None:
    """Nor can a new one be had with it."""
    path = link(desk)
    desk.invitations.revoke(desk.register.rows(Invitation)[0].id, "hr")
    page = client(desk).get(path)
    assert page.status_code == 410
    assert "/link" not in page.text


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/me", "/me"),
        ("/me?code=taken", "/me?code=taken"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ],
)
def test_the_language_can_be_switched_on_every_page(desk: ReviewDesk, back: str, to: str) -> None:
    """The same page comes back in it, and no other site's."""
    browser = signed_in(desk, "p1", "p1")
    assert '<html lang="en">' in browser.get("/me").text
    answer = browser.post("/language", data={"language": "de", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, to)
    page = browser.get("/me").text
    assert '<html lang="de">' in page
    assert "Ihr neues Porträt" in page
    browser.post("/language", data={"language": "xx", "back": back})
    assert '<html lang="de">' in browser.get("/me").text


def test_signing_out_ends_the_session(desk: ReviewDesk) -> None:
    """The cookie opens nothing any more, even when somebody kept it."""
    browser = signed_in(desk, "p1", "p1")
    kept = browser.cookies["__Host-sid"]
    browser.post("/sign-out", data={"token": token_of(browser.get("/me").text)})
    other = client(desk)
    other.cookies.set("__Host-sid", kept)
    page = other.get("/me")
    assert page.status_code == 401
    assert "You are signed out" in page.text


def test_the_pages_of_different_languages_say_the_same_things() -> None:
    """No text is missing in a language, and each is filled in with the same values."""
    first, *others = (texts(language) for language in languages())
    for other in others:
        assert set(first) == set(other)
        assert {key for key in first if blanks(first[key]) != blanks(other[key])} == set()


def blanks(text: str) -> set[str]:
    """Return the names of what is filled into a text."""
    return set(re.findall(r"{(\w+)}", text))

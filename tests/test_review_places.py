"""Where a person is shown: what their page offers, what it records, and that only they can say it."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catchlight.consents import Consent
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import now
from catchlight.showplaces import Showplace, Showplaces
from reports.review.desk import ReviewDesk
from tests.review_company import plain, signed_in
from tests.review_stands import ME, one_person, opened, published, say
from tests.sheet_company import HOSTILE

PLACES = Showplaces(
    (
        Showplace("intranet", "folder", "intranet"), Showplace("team-pages", "webdav:team-pages", "intranet"),
        Showplace("slack", "slack_photos:slack", "chat"), Showplace("www", "sftp:www", "external_web"),
    ),
    ("email_signature", "external_web"),
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a company with four destinations, one of them public."""
    return replace(opened(one_person(tmp_path)), showplaces=lambda: PLACES)


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return the person's browser."""
    return signed_in(desk, ME.id, ME.id)


def form_on(page: str) -> dict[str, str]:
    """Return what a browser sends with the places as they are on the page: ticked boxes and hidden fields."""
    ticked = re.findall(r'<input type="checkbox" name="(show-\w+)"[^>]* checked', page)
    name = "say" if 'form="say"' in page else "show"
    inside = page.split(f'<form id="{name}"')[1].split("</form>", maxsplit=1)[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', inside)
    offered = re.findall(r'name="offered" value="([^"]*)"', page)
    return dict(hidden) | dict.fromkeys(ticked, "yes") | {"offered": offered[0]}


def said(desk: ReviewDesk) -> dict[str, str]:
    """Return the last word on each purpose."""
    return {one.purpose: one.word for one in desk.register.rows(Consent)}


def test_the_page_says_in_plain_words_where_one_would_be_shown(browser: TestClient) -> None:
    """Each purpose once, with what IT calls it; what is public is off and says so."""
    page = browser.get("/me").text
    assert re.findall(r'name="show-(\w+)" value="yes" form="say"( checked)?', page) == [
        ("intranet", " checked"), ("chat", " checked"), ("external_web", ""),
    ]  # fmt: skip
    told = plain(page)
    assert "On the company's own pages intranet , team-pages" in told
    assert "Everybody on the internet can see it. Only if you tick it." in told
    german = plain(browser.get("/me", headers={"accept-language": "de"}).text)
    assert "Im Chat, neben meinen Nachrichten slack" in german


def test_choices_are_saved_with_the_yes(desk: ReviewDesk, browser: TestClient) -> None:
    """With the text that was shown; what was ticked and what was not."""
    form = form_on(browser.get("/me").text) | {"answer": "approve", "show-external_web": "yes"}
    del form["show-chat"]
    assert browser.post("/me/answer", data=form).headers["location"] == "/me?code=taken"
    assert said(desk) == {"intranet": "granted", "chat": "refused", "external_web": "granted"}
    rows = desk.register.rows(Consent)
    assert {(one.employee, one.by, one.notice, one.source) for one in rows} == {
        (ME.id, ME.id, form["notice"], "page")
    }
    assert set(form_on(browser.get("/me").text)) >= {"show-intranet", "show-external_web"}


def test_one_form_counts_once_and_fifty_at_once_too(desk: ReviewDesk, browser: TestClient) -> None:
    """Whatever a browser, a proxy or an impatient finger does: one answer, one word on each purpose."""
    form = form_on(browser.get("/me").text) | {"answer": "approve"}
    with ThreadPoolExecutor(50) as pool:
        sent = list(pool.map(lambda _: browser.post("/me/answer", data=form).status_code, range(50)))
    assert set(sent) == {303}
    assert len(desk.register.rows(Decision)) == 1
    assert len(desk.register.rows(Consent)) == 3


def test_the_same_yes_with_other_places_is_not_lost(desk: ReviewDesk, browser: TestClient) -> None:
    """From a second window: the answer is known, the choice is new; a form that was sent already says so."""
    first, second = (form_on(browser.get("/me").text) | {"answer": "approve"} for _ in range(2))
    del second["show-chat"]
    for form, code in ((first, "taken"), (second, "taken"), (second, "known"), (first, "again")):
        assert browser.post("/me/answer", data=form).headers["location"] == f"/me?code={code}"
    assert said(desk)["chat"] == "withdrawn"
    assert len(desk.register.rows(Decision)) == 1


@pytest.mark.parametrize("answer", ["keep", "retry"])
def test_only_a_yes_says_where(desk: ReviewDesk, browser: TestClient, answer: str) -> None:
    """Whoever keeps their photo has not agreed to anything by the ticks that were there."""
    form = form_on(browser.get("/me").text) | {"answer": answer, "tag": "tighter"}
    browser.post("/me/answer", data=form)
    assert len(desk.register.rows(Decision)) == 1
    assert desk.register.rows(Consent) == []


def test_a_yes_that_cannot_be_taken_says_nothing_of_places_either(
    desk: ReviewDesk, browser: TestClient
) -> None:
    """The answer and the choices are taken together, or neither is."""
    form = form_on(browser.get("/me").text) | {"answer": "approve"}
    assert (
        browser.post("/me/answer", data=form | {"picture": "0" * 64}).headers["location"] == "/me?code=stale"
    )
    assert browser.post("/me/answer", data=form | {"notice": "0" * 64}).status_code == 422
    assert desk.register.rows(Decision) == desk.register.rows(Consent) == []  # type: ignore[comparison-overlap]


def test_a_form_that_is_sent_back_keeps_its_ticks(browser: TestClient) -> None:
    """Where the text has changed meanwhile, nobody has to choose again."""
    form = form_on(browser.get("/me").text) | {"answer": "approve", "show-external_web": "yes"}
    del form["show-chat"]
    again = form_on(browser.post("/me/answer", data=form | {"notice": "0" * 64}).text)
    assert "show-external_web" in again
    assert "show-chat" not in again


def test_a_place_that_is_new_since_is_not_decided(desk: ReviewDesk, browser: TestClient) -> None:
    """What was not on the page is neither ticked nor unticked."""
    form = form_on(browser.get("/me").text) | {"answer": "approve"}
    form["offered"] = "intranet nowhere <script>"
    browser.post("/me/answer", data=form)
    assert said(desk) == {"intranet": "granted"}


def test_minds_are_changed_where_they_were_made_up(desk: ReviewDesk, browser: TestClient) -> None:
    """The same page, the same ticks; the answer itself stays as it is."""
    browser.post("/me/answer", data=form_on(browser.get("/me").text) | {"answer": "approve"})
    page = browser.get("/me").text
    form = form_on(page) | {"show-external_web": "yes"}
    del form["show-chat"]
    assert browser.post("/me/places", data=form).headers["location"] == "/me?code=placed"
    assert browser.post("/me/places", data=form).headers["location"] == "/me?code=known"
    assert said(desk) == {"intranet": "granted", "chat": "withdrawn", "external_web": "granted"}
    assert len(desk.register.rows(Decision)) == 1
    assert "Where you are shown is recorded." in browser.get("/me?code=placed").text


def test_who_is_shown_somewhere_is_told_when_it_ends(desk: ReviewDesk, browser: TestClient) -> None:
    """Taken off at the next publication; until then the page says since when it is there."""
    published(desk)
    desk.register.note([Receipt("slack_photos:slack", ME.id, "u1", "x", "", "done", now())])
    page = browser.get("/me").text
    assert len(re.findall("There since", page)) == 2
    assert "From the next publication on." not in page
    form = form_on(page)
    del form["show-chat"]
    assert browser.post("/me/places", data=form).headers["location"] == "/me?code=off"
    told = plain(browser.get("/me?code=off").text)
    assert "your portrait is taken off at the next publication" in told
    assert "Taken off at the next publication." in told


def test_a_yes_is_taken_back_also_while_a_newer_portrait_waits(desk: ReviewDesk, browser: TestClient) -> None:
    """What is shown already can be ended without an answer to the new one."""
    say(desk, Answer.APPROVE, "0" * 64)
    desk.register.note([Receipt("slack_photos:slack", ME.id, "u1", "x", "", "done", now())])
    page = browser.get("/me").text
    assert "Save only the places" in page
    form = form_on(page)
    del form["show-chat"]
    browser.post("/me/places", data=form)
    assert said(desk)["chat"] == "withdrawn"
    assert len(desk.register.rows(Decision)) == 1


def test_nothing_must_be_read_to_leave(desk: ReviewDesk, browser: TestClient) -> None:
    """With a text that has changed meanwhile a place can be left, but none be joined."""
    browser.post("/me/answer", data=form_on(browser.get("/me").text) | {"answer": "approve"})
    form = form_on(browser.get("/me").text) | {"notice": "0" * 64}
    del form["show-chat"]
    assert browser.post("/me/places", data=form).status_code == 303
    assert said(desk)["chat"] == "withdrawn"
    form |= {"show-external_web": "yes", "ticket": "other"}
    assert browser.post("/me/places", data=form).status_code == 422
    assert said(desk)["external_web"] == "refused"


@pytest.mark.parametrize("change", [{"token": "0" * 64}, {"token": ""}])
def test_nobody_says_it_for_somebody_else(
    desk: ReviewDesk, browser: TestClient, change: Mapping[str, str]
) -> None:
    """A form of another session, of another site, or of nobody changes nothing; naming somebody in it does nothing."""
    say(desk, Answer.APPROVE)
    form = form_on(browser.get("/me").text)
    other = signed_in(desk, "p2", "p2")
    assert browser.post("/me/places", data=form | change).status_code == 403
    assert other.post("/me/places", data=form).status_code == 403
    assert (
        browser.post("/me/places", data=form, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert browser.get("/me/places").status_code == 405
    browser.cookies.clear()
    assert browser.post("/me/places", data=form).status_code == 401
    assert desk.register.rows(Consent) == []
    own = signed_in(desk, ME.id, ME.id)
    page = form_on(own.get("/me").text)
    own.post("/me/places", data=page | {"employee": "p2", "by": "p2"})
    assert {(one.employee, one.by) for one in desk.register.rows(Consent)} == {(ME.id, ME.id)}


def test_a_hostile_name_of_a_destination_is_only_text(desk: ReviewDesk) -> None:
    """Whatever IT or somebody who may write its files calls a place."""
    names = Showplaces(tuple(Showplace(name, f"sftp:{name}", "chat") for name in HOSTILE))
    hostile = replace(desk, showplaces=lambda: names)
    page = signed_in(hostile, ME.id, ME.id).get("/me").text
    assert not re.search(r"<script>window|<img src=x|<svg/onload", page)
    assert page.count("&lt;svg/onload=window.hacked=1&gt;") == 1


def test_without_destinations_the_page_asks_nothing_of_the_kind(tmp_path: Path) -> None:
    """Where no file names a place, there is nothing to choose."""
    desk = opened(one_person(tmp_path))
    assert 'name="offered"' not in signed_in(desk, ME.id, ME.id).get("/me").text

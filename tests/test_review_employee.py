"""A person's own page: what their answers come to."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from catchlight.records import Answer, Decision
from reports.review.desk import ReviewDesk
from tests.review_company import form_of, plain, signed_in
from tests.review_stands import ME, one_person, opened, policy, published, say, tried


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a person who was not asked before."""
    return opened(one_person(tmp_path))


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return their browser."""
    return signed_in(desk, ME.id, ME.id)


@pytest.mark.parametrize("answer", [Answer.APPROVE, Answer.KEEP])
def test_an_answer_is_recorded_and_told(desk: ReviewDesk, browser: TestClient, answer: str) -> None:
    """The page that follows says what was recorded, and how to change it."""
    form = form_of(browser.get("/me").text) | {"answer": answer}
    sent = browser.post("/me/answer", data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, "/me?code=taken")
    page = plain(browser.get("/me?code=taken").text)
    assert "Your answer is recorded." in page
    assert "Change your answer" in page
    (said,) = desk.register.rows(Decision)
    assert (said.answer, said.by, said.source, said.picture) == (answer, ME.id, "page", form["picture"])


def test_reasons_of_another_try_travel_with_the_answer(tmp_path: Path) -> None:
    """Known tags in their order, the comment as it was written, and whoever makes portraits is told."""
    woken: list[str] = []
    desk = one_person(tmp_path).desk(policy(), wake=lambda: woken.append("awake"))
    browser = signed_in(desk, ME.id, ME.id)
    form = form_of(browser.get("/me").text) | {"answer": "retry", "comment": "More room,\r\nplease"}
    browser.post("/me/answer", data=form | {"tag": ["softer_light", "made_up", "tighter"]})
    (said,) = desk.register.rows(Decision)
    assert (said.tags, said.comment, woken) == ("tighter softer_light", "More room,\nplease", ["awake"])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "choose at least one, or write it"),
        ({"comment": "   "}, "choose at least one, or write it"),
        ({"tag": ["tighter", "looser"]}, "Closer and further away at once cannot be"),
        ({"tag": "tighter", "comment": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    desk: ReviewDesk, browser: TestClient, sent: dict[str, Any], told: str
) -> None:
    """What was filled in stays, and nothing is recorded."""
    page = browser.post("/me/answer", data=form_of(browser.get("/me").text) | {"answer": "retry"} | sent)
    assert page.status_code == 422
    assert told in page.text
    assert re.search(r'<details[^>]* open id="retry"', page.text)
    assert page.text.count("x" * 501) == (1 if "x" in sent.get("comment", "") else 0)
    assert desk.register.rows(Decision) == []


def test_tries_are_counted_down_to_an_honest_end(desk: ReviewDesk, browser: TestClient) -> None:
    """A form that was opened before the last try was used up is refused with its own sentence."""
    early = form_of(browser.get("/me").text) | {"answer": "retry", "tag": "tighter"}
    assert "You can ask for 3 more tries." in browser.get("/me").text
    tried(desk)
    assert browser.post("/me/answer", data=early).headers["location"] == "/me?code=rounds"
    page = plain(browser.get("/me?code=rounds").text)
    assert "there are no further tries" in page
    assert "You asked 3 times" in page


def test_a_portrait_that_is_older_by_now_cannot_be_approved(desk: ReviewDesk, browser: TestClient) -> None:
    """The person is told to look at the newer one."""
    form = form_of(browser.get("/me").text) | {"answer": "approve", "picture": "0" * 64}
    assert browser.post("/me/answer", data=form).headers["location"] == "/me?code=stale"
    assert "there is a newer portrait of you by now" in browser.get("/me?code=stale").text
    assert desk.register.rows(Decision) == []


def test_after_publishing_only_leaving_is_possible(desk: ReviewDesk, browser: TestClient) -> None:
    """With one touch, as easily as it was given."""
    early = form_of(browser.get("/me").text) | {"answer": "retry", "tag": "tighter"}
    published(desk)
    assert browser.post("/me/answer", data=early).headers["location"] == "/me?code=locked"
    assert "your portrait is in use already" in browser.get("/me?code=locked").text
    leave = form_of(browser.get("/me").text) | {"answer": "keep"}
    assert browser.post("/me/answer", data=leave).headers["location"] == "/me?code=taken"
    assert "You took your portrait back" in browser.get("/me").text


def test_not_to_be_processed_is_asked_twice(desk: ReviewDesk, browser: TestClient) -> None:
    """The first time nothing is recorded, and what it means is said."""
    form = form_of(browser.get("/me").text) | {"answer": "refuse"}
    assert browser.post("/me/answer", data=form).headers["location"] == "/me/stop"
    assert desk.register.rows(Decision) == []
    page = browser.get("/me/stop").text
    assert "No further portrait is made from your photo." in page
    browser.post("/me/answer", data=form_of(page) | {"answer": "refuse"})
    assert [said.answer for said in desk.register.rows(Decision)] == ["refuse"]
    after = browser.get("/me").text
    assert "/picture/" not in after
    assert "/picture/" in browser.get("/me?again=1").text


def test_one_form_counts_once(desk: ReviewDesk, browser: TestClient) -> None:
    """Sent twice, it is one answer; answered differently from an old page, the last choice counts."""
    form = form_of(browser.get("/me").text)
    for _ in range(2):
        browser.post("/me/answer", data=form | {"answer": "approve"})
    assert len(desk.register.rows(Decision)) == 1
    browser.post("/me/answer", data=form | {"answer": "keep"})
    assert [said.answer for said in desk.register.rows(Decision)] == ["approve", "keep"]
    late = browser.post("/me/answer", data=form | {"answer": "approve"})
    assert late.headers["location"] == "/me?code=again"
    assert "this page was out of date" in browser.get("/me?code=again").text
    assert len(desk.register.rows(Decision)) == 2


def test_fifty_at_once_are_one_answer(desk: ReviewDesk, browser: TestClient) -> None:
    """Whatever a browser, a proxy or an impatient finger does."""
    form = form_of(browser.get("/me").text) | {"answer": "approve"}
    with ThreadPoolExecutor(50) as pool:
        sent = list(pool.map(lambda _: browser.post("/me/answer", data=form).status_code, range(50)))
    assert set(sent) == {303}
    assert len(desk.register.rows(Decision)) == 1


def test_an_earlier_portrait_can_be_chosen(tmp_path: Path) -> None:
    """It is the one that is shown, and the one that the answer is about."""
    desk = opened(one_person(tmp_path, earlier=2))
    browser = signed_in(desk, ME.id, ME.id)
    wanted = desk.company.book().people[ME.id].pictures[2]
    page = browser.get(f"/me?picture={wanted}").text
    browser.post("/me/answer", data=form_of(page) | {"answer": "approve"})
    assert [said.picture for said in desk.register.rows(Decision)] == [wanted]
    assert f'value="{wanted}" checked' in browser.get("/me").text
    foreign = desk.company.book().people["p2"].pictures[0]
    assert f"/picture/{foreign}" not in browser.get(f"/me?picture={foreign}").text


def test_another_try_is_always_about_the_newest(tmp_path: Path) -> None:
    """Also while an earlier one is looked at: the next pass goes on from the newest."""
    desk = opened(one_person(tmp_path, earlier=1))
    newest, older = desk.company.book().people[ME.id].pictures
    page = signed_in(desk, ME.id, ME.id).get(f"/me?picture={older}").text
    retry = page.split('id="retry"')[1].split("</form>")[0]
    assert f'name="picture" value="{newest}"' in retry


def test_a_comment_is_shown_as_it_was_written(desk: ReviewDesk, browser: TestClient) -> None:
    """As text, whatever is in it."""
    say(desk, Answer.RETRY, comment="<script>window.hacked=1</script>")
    page = browser.get("/me").text
    assert "<script>window" not in page
    assert "&lt;script&gt;window" in page

"""A person's page tells what is shown of them now, what keeping it means, and how and until when it is taken down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catchlight.journal import State
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import now
from catchlight.showing import showing_of
from catchlight.showplaces import Showplace, Showplaces
from catchlight.taken_back import taken_back
from catchlight.vault import Vault
from reports.review.desk import ReviewDesk
from tests.published_company import portrait
from tests.review_company import plain, signed_in
from tests.review_stands import ME, one_person, opened, published, say

INTRANET = Showplaces((Showplace("intranet", "folder", "intranet"),))


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a company with one destination."""
    return replace(opened(one_person(tmp_path)), showplaces=lambda: INTRANET)


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return the person's browser."""
    return signed_in(desk, ME.id, ME.id)


def last_year(desk: ReviewDesk) -> str:
    """Let an older portrait of the person be published, and return its digest."""
    old = Vault(desk.home / "vault").put(portrait("last year"))
    say(desk, Answer.APPROVE, old, source="page")
    desk.register.note([Receipt("folder", ME.id, "p1.jpg", old, "e" * 64, State.DONE, now())])
    return old


def text(browser: TestClient) -> str:
    """Return what the person reads."""
    return plain(browser.get("/me").text)


def press(browser: TestClient, button: str) -> str:
    """Press the button of this text, in whichever form it is; return where that leads."""
    before, after = browser.get("/me").text.split(f">{button}</button>")[:2]
    form = before.rpartition("<form")[2] + after.partition("</form>")[0]
    fields = dict(part.split('" value="')[:2] for part in form.split('type="hidden" name="')[1:])
    sent = {name: value.partition('"')[0] for name, value in fields.items()}
    return browser.post("/me/answer", data=sent | {"answer": "keep"}).headers["location"]


def withdrawn(desk: ReviewDesk) -> None:
    """Let the portrait be taken off, as ``catchlight publish withdrawals`` does."""
    (row,) = desk.register.receipts("folder")[-1:]
    desk.register.note([replace(row, state=State.RESTORED, at=now())])


def test_what_is_shown_is_last_years_portrait_and_not_the_lists_new_photo(
    desk: ReviewDesk, browser: TestClient
) -> None:
    """It stands there to look at, the photo is named for what it is, and keeping means that it stays."""
    old = last_year(desk)
    page, said = browser.get("/me").text, text(browser)
    assert f"/picture/{old}/320" in page
    assert browser.get(f"/picture/{old}/320").status_code == 200
    assert "A portrait of yours stands where you are shown, since" in said
    assert "Your current photo" not in said
    assert "The photo it was made from" in said
    assert "Without your answer, the portrait that is shown now stays." in said
    assert press(browser, "Keep the portrait that is shown now") == "/me?code=taken"
    assert "The portrait that is shown now stays" in text(browser)
    assert 'formaction="/me/places"' in browser.get("/me").text
    assert showing_of(desk.register.decisions(ME.id), desk.register.receipts()).stays


def test_what_is_shown_can_always_be_taken_back(desk: ReviewDesk, browser: TestClient) -> None:
    """Whatever was said of the newer portrait: unanswered, kept, approved, or another try."""
    old = last_year(desk)
    for answer in ("", Answer.KEEP, Answer.APPROVE, Answer.RETRY):
        if answer:
            say(desk, answer, tags="tighter" if answer == Answer.RETRY else "")
        assert "Take it back: my earlier photo again" in text(browser), answer
    assert press(browser, "Take it back: my earlier photo again") == "/me?code=taken"
    assert desk.register.decisions(ME.id)[-1].picture == old
    assert showing_of(desk.register.decisions(ME.id), desk.register.receipts()).said
    assert "Take it back" not in text(browser)


def test_a_yes_to_a_newer_portrait_that_is_kept_back_again_takes_nothing_down() -> None:
    """Only a no to the portrait that was published does."""
    said = [
        Decision(ME.id, picture, answer, ME.id, f"2026-01-0{day}")
        for day, picture, answer in [(1, "old", "approve"), (3, "new", "approve"), (4, "new", "keep")]
    ]
    assert taken_back(said, "2026-01-02") == ""
    assert taken_back([*said, replace(said[0], answer="keep", at="2026-01-05")], "2026-01-02") == "keep"


@pytest.mark.parametrize("answer", [Answer.KEEP, Answer.REFUSE])
def test_until_when_it_is_taken_down_and_that_it_was(
    desk: ReviewDesk, browser: TestClient, answer: Answer
) -> None:
    """By the hours that the company promises; past them the page does not make it any better."""
    (desk.home / "trust.toml").write_text("[withdrawal]\nhours = 3\n", encoding="utf-8")
    published(desk)
    said = say(desk, answer, source="page")
    due = datetime.fromisoformat(said.at) + timedelta(hours=3)
    assert f"{due.year}, {due:%H:%M} at the latest." in text(browser)
    assert "Your current photo stays" not in text(browser)
    late = replace(desk, clock=lambda: datetime.now(UTC) + timedelta(hours=4))
    assert "was to be taken down by" in text(signed_in(late, ME.id, ME.id))
    withdrawn(desk)
    assert "Your portrait was taken down on" in text(browser)


def test_a_yes_with_every_place_unticked_says_that_it_is_shown_nowhere(
    desk: ReviewDesk, browser: TestClient
) -> None:
    """Instead of promising the next update."""
    say(desk, Answer.APPROVE, source="page")
    assert "It is put in place with the next update." in text(browser)
    form = browser.get("/me").text.split('<form id="show"')[1].split("</form>", maxsplit=1)[0]
    token = form.split('name="token" value="')[1].split('"', maxsplit=1)[0]
    browser.post("/me/places", data={"token": token, "offered": "intranet", "ticket": "one"})
    assert "No place is ticked, so it is shown nowhere." in text(browser)
    assert "with the next update" in text(browser)
    assert "It is put in place with the next update." not in text(browser)


def test_nobody_sees_anybody_elses_portrait_of_before(desk: ReviewDesk) -> None:
    """Nor one that a table named."""
    old = last_year(desk)
    assert signed_in(desk, "p2", "p2").get(f"/picture/{old}/320").status_code == 404
    other = Vault(desk.home / "vault").put(portrait("somebody"))
    said = Decision("p2", other, Answer.APPROVE, "HR", now(), source="import:list.csv")
    desk.register.add([said, Receipt("folder", "p2", "p2.jpg", other, "", State.DONE, now())])
    page = signed_in(desk, "p2", "p2")
    assert page.get(f"/picture/{other}/320").status_code == 404
    assert page.get("/me").status_code == 200

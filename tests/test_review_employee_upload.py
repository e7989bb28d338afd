"""A person sends another photo: what is read, what they are told, and what is kept."""

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from catchlight.errors import OutsideError
from catchlight.records import Decision
from catchlight.review_records import Upload
from reports.review.app import make_app
from reports.review.desk import ReviewDesk
from tests.published_company import portrait
from tests.review_company import signed_in, token_of
from tests.review_stands import ME, Gate, one_person, opened, policy, published, retake

PHOTO = {"photo": ("me.jpg", portrait("a new photo"), "image/jpeg")}


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a person who was not asked before, with uploads of at most one megabyte."""
    return opened(one_person(tmp_path), policy(server={"largest_upload": 1}))


@pytest.fixture
def gate(desk: ReviewDesk) -> Gate:
    """Return what checks the photos."""
    assert isinstance(desk.uploads, Gate)
    return desk.uploads


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return the person's browser."""
    return signed_in(desk, ME.id, ME.id)


def form(browser: TestClient) -> dict[str, str]:
    """Return what a form of this session carries."""
    return {"token": token_of(browser.get("/me").text)}


def test_a_good_photo_is_taken_and_a_portrait_promised(
    desk: ReviewDesk, gate: Gate, browser: TestClient
) -> None:
    """The page says what comes next."""
    sent = browser.post("/me/photo", data=form(browser), files=PHOTO)
    assert (sent.status_code, sent.headers["location"]) == (303, "/me?code=taken")
    assert gate.seen == [(ME.id, "me.jpg", len(PHOTO["photo"][1]))]
    assert "your photo can be used" in browser.get("/me").text
    assert [row.file for row in desk.register.rows(Upload)] == ["me.jpg"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The photo is out of focus."),
        ("de", "Das Foto ist unscharf oder verwackelt; senden Sie ein scharfes."),
    ],
)
def test_a_bad_photo_is_told_in_one_sentence(
    desk: ReviewDesk, gate: Gate, browser: TestClient, language: str, sentence: str
) -> None:
    """In the language of the page, beside the field; nothing is recorded."""
    gate.refusal = ("sharpness.far", "The photo is out of focus.")
    page = browser.post("/me/photo", data=form(browser), files=PHOTO, headers={"accept-language": language})
    assert page.status_code == 422
    assert page.text.count(sentence) == 2  # in the summary and beside the field
    assert f'id="photo-error" lang="{language}"' in page.text
    assert desk.register.rows(Decision) == []


def test_no_photo_and_too_large_a_photo_are_told(gate: Gate, browser: TestClient) -> None:
    """Without anybody looking into them."""
    none = browser.post("/me/photo", data=form(browser), files={"photo": ("", b"", "image/jpeg")})
    assert none.status_code == 422
    assert "Choose a photo first." in none.text
    large = browser.post(
        "/me/photo", data=form(browser), files={"photo": ("x.jpg", b"x" * 1_600_000, "image/jpeg")}
    )
    assert large.status_code == 422
    assert "This file has 2 MB; send one of at most 1 MB." in large.text
    assert gate.seen == []


def test_no_more_than_a_photo_is_read(gate: Gate, browser: TestClient) -> None:
    """Past twice what is allowed nothing is read; other forms stay small."""
    huge = {"photo": ("x.jpg", b"x" * 3_000_000, "image/jpeg")}
    assert browser.post("/me/photo", data=form(browser), files=huge).status_code == 413
    assert browser.post("/me/answer", data=form(browser) | {"comment": "x" * 300_000}).status_code == 413
    assert gate.seen == []


def test_nothing_is_read_of_a_stranger(desk: ReviewDesk) -> None:
    """Who is not signed in, or has no page of their own, is told so before anything arrives."""
    sent: list[Message] = []

    async def receive() -> Message:
        message = "somebody reads"
        raise AssertionError(message)

    async def send(message: Message) -> None:
        sent.append(message)

    staff = desk.sessions.begin("hr", "", ("hr",))
    for cookie in ("", staff):
        headers = [(b"cookie", b"__Host-sid=" + cookie.encode()), (b"content-length", b"1500000")]
        headers.append((b"content-type", b"multipart/form-data; boundary=x"))
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/me/photo",
            "headers": headers,
            "query_string": b"",
        }
        asyncio.run(
            make_app(desk)(scope | {"server": ("photos.example.com", 443), "scheme": "https"}, receive, send)
        )
    assert [one["status"] for one in sent if one["type"] == "http.response.start"] == [401, 403]
    assert any(b"You are signed out" in one.get("body", b"") for one in sent)


def test_a_photo_sent_by_another_site_is_refused(gate: Gate, browser: TestClient) -> None:
    """By its token and by where it comes from."""
    assert browser.post("/me/photo", data={"token": "0" * 64}, files=PHOTO).status_code == 403
    good = form(browser)
    assert (
        browser.post(
            "/me/photo", data=good, files=PHOTO, headers={"origin": "https://evil.example"}
        ).status_code
        == 403
    )
    assert gate.seen == []


def test_photos_come_one_by_one(gate: Gate, browser: TestClient) -> None:
    """Six in a minute are looked at; after that the person is asked to wait."""
    gate.refusal = ("face.none", "No face was found.")
    token = form(browser)
    codes = [browser.post("/me/photo", data=token, files=PHOTO).status_code for _ in range(8)]
    assert codes == [422] * 6 + [429] * 2
    assert len(gate.seen) == 6


def test_after_publishing_no_photo_is_taken(desk: ReviewDesk, gate: Gate, browser: TestClient) -> None:
    """It says so, and how to leave."""
    token = form(browser)
    published(desk)
    assert browser.post("/me/photo", data=token, files=PHOTO).headers["location"] == "/me?code=locked"
    assert gate.seen == []


def test_when_nobody_can_look_the_person_may_try_later(
    desk: ReviewDesk, gate: Gate, browser: TestClient
) -> None:
    """Nothing is lost and nothing recorded."""

    def unwell(*_: object) -> None:
        message = "the disk is full"
        raise OutsideError(message)

    gate.check = unwell  # type: ignore[method-assign,assignment]  # a fault from outside
    sent = browser.post("/me/photo", data=form(browser), files=PHOTO)
    assert sent.status_code == 503
    assert "try again in a few minutes" in sent.text
    assert "disk" not in sent.text
    assert desk.register.rows(Decision) == []


def test_whose_photo_gave_no_portrait_is_asked_for_one_at_once(tmp_path: Path) -> None:
    """The form is open and comes first, under the reason."""
    page = signed_in(opened(retake(tmp_path)), ME.id, ME.id).get("/me").text
    assert '<details class="one" open id="upload">' in page
    assert page.index('id="upload"') < page.index('value="keep"')


def test_where_photos_cannot_be_sent_the_page_says_whom_to_ask(tmp_path: Path) -> None:
    """No form leads nowhere."""
    desk = one_person(tmp_path).desk(policy())
    page = signed_in(desk, ME.id, ME.id)
    assert "Please ask 4711." in page.get("/me").text
    assert (
        page.post("/me/photo", data={"token": token_of(page.get("/me").text)}, files=PHOTO).status_code == 404
    )

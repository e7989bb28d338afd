"""What is refused is told on a page, in the visitor's language, and with what helps."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catchlight.formats import ACCEPTED
from reports.review.desk import ReviewDesk
from reports.review.words import Words
from tests.review_company import plain, signed_in, token_of
from tests.review_stands import ME, one_person, opened, policy


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of one person."""
    return opened(one_person(tmp_path), policy(url="https://photos.example.com/review"))


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return the person's browser."""
    return signed_in(desk, ME.id, ME.id)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "sent by another site"), ("de", "kam von einer anderen Website")]
)
def test_a_form_of_another_site_gets_a_page_that_leads_to_ours(
    browser: TestClient, language: str, said: str
) -> None:
    """At its own address, since that may be what was wrong."""
    sent = {"origin": "https://evil.example", "accept-language": language}
    answer = browser.post("/me/answer", data={"answer": "keep"}, headers=sent)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert said in plain(answer.text)
    assert 'href="https://photos.example.com/review/"' in answer.text


def test_an_empty_file_is_no_missing_one(browser: TestClient) -> None:
    """Who chose one reads that it is empty, not that they should choose one."""
    form = {"token": token_of(browser.get("/me").text)}
    empty = browser.post("/me/photo", data=form, files={"photo": ("me.jpg", b"", "image/jpeg")})
    assert empty.status_code == 422
    assert "The file is empty; send it again." in plain(empty.text)
    german = {"accept-language": "de"}
    empty = browser.post(
        "/me/photo", data=form, files={"photo": ("me.jpg", b"", "image/jpeg")}, headers=german
    )
    assert "Die Datei ist leer; senden Sie sie noch einmal." in plain(empty.text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_form_lists_every_format_that_is_read(language: str) -> None:
    """As what refuses a file does."""
    listed = Words(language)("upload.formats", most=30)
    assert [one for one in ACCEPTED.replace(" or ", ", ").split(", ") if one not in listed] == []

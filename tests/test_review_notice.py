"""The notice: which text people are shown, that it is written down once, and that answers name it."""

from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.notices import all_notices, find_notice, record_notice
from catchlight.policy import Policy
from catchlight.records import Answer, Decision
from catchlight.register import Register
from catchlight.review_records import Notice
from catchlight.vault import digest_of
from reports.review.employee_view import NOTICES
from tests.review_company import signed_in, token_of
from tests.review_stands import ME, one_person, opened, policy


@pytest.mark.parametrize("language", ["en", "de"])
def test_there_is_a_notice_in_every_language_of_the_pages(language: str) -> None:
    """It names the company, has a version, and leaves nothing to be filled in."""
    found = find_notice(Policy(company="Example & Sons"), NOTICES, language)
    assert (found.language, found.version) == (language, "4")
    assert "Example & Sons" in found.text
    assert "{" not in found.text
    assert found.digest == digest_of(found.text.encode())


def test_the_newest_version_is_shown(tmp_path: Path) -> None:
    """Versions are numbers: 10 comes after 9."""
    for version in (9, 10):
        (tmp_path / f"portrait.{version}.en.txt").write_text(f"Text {version}", encoding="utf-8")
    assert find_notice(Policy(), tmp_path, "en").text == "Text 10"
    assert find_notice(Policy(), tmp_path, "de").language == "en"


def test_a_company_has_a_notice_of_its_own(tmp_path: Path) -> None:
    """Its version is what it says; a language that it lacks gets the company's usual one."""
    (tmp_path / "de.txt").write_text("Unser Text", encoding="utf-8")
    own = Policy(notice=tmp_path, languages=("de", "en"))
    first = find_notice(own, NOTICES, "en")
    assert (first.text, first.language) == ("Unser Text", "de")
    (tmp_path / "de.txt").write_text("Unser neuer Text", encoding="utf-8")
    assert find_notice(own, NOTICES, "de").version != first.version
    assert len(all_notices(own, NOTICES)) == 1


def test_a_notice_that_is_nowhere_is_named(tmp_path: Path) -> None:
    """The message says which files would do."""
    with pytest.raises(ConfigError, match=r"notice: .* en\.txt"):
        find_notice(Policy(notice=tmp_path, languages=("en",)), NOTICES, "en")
    with pytest.raises(ConfigError, match="notice"):
        find_notice(Policy(), tmp_path, "en")


def test_a_notice_is_written_down_once(tmp_path: Path) -> None:
    """However many people it was shown to."""
    register = Register(tmp_path / "register.db")
    notice = find_notice(Policy(), NOTICES, "en")
    assert {record_notice(register, notice) for _ in range(3)} == {notice.digest}
    assert [row.text for row in register.rows(Notice)] == [notice.text]


def test_an_answer_names_the_text_that_was_shown(tmp_path: Path) -> None:
    """In the language that it was shown in."""
    desk = opened(one_person(tmp_path))
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me", headers={"accept-language": "de"}).text
    shown = page.split('name="notice" value="')[1].split('"', maxsplit=1)[0]
    form = {"token": token_of(page), "answer": "approve", "notice": shown}
    browser.post("/me/answer", data=form | {"picture": desk.company.book().people[ME.id].pictures[0]})
    (said,) = desk.register.rows(Decision)
    (noted,) = desk.register.rows(Notice, digest=said.notice)
    assert noted.language == "de"
    assert noted.text.split("\n", maxsplit=1)[0] in page


def test_nobody_says_yes_to_a_text_that_has_changed(tmp_path: Path) -> None:
    """They are shown the new one and asked again; leaving is possible all the same."""
    own = tmp_path / "notice"
    own.mkdir()
    (own / "en.txt").write_text("First text", encoding="utf-8")
    desk = opened(one_person(tmp_path), policy(notice=own, languages=("en",)))
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me").text
    form = {
        "token": token_of(page),
        "notice": digest_of(b"First text"),
        "picture": desk.company.book().people[ME.id].pictures[0],
    }
    (own / "en.txt").write_text("Second text", encoding="utf-8")
    again = browser.post("/me/answer", data=form | {"answer": "approve"})
    assert again.status_code == 422
    assert "Second text" in again.text
    assert desk.register.rows(Decision) == []
    assert browser.post("/me/answer", data=form | {"answer": "keep"}).status_code == 303
    assert [(said.answer, said.notice) for said in desk.register.rows(Decision)] == [(Answer.KEEP, "")]

"""Who of the company looked at what is in the audit log; what people do on their own page is not."""

from pathlib import Path

import pytest

from catchlight.audit import Act
from catchlight.audit_check import verify
from catchlight.audit_reading import Entry, entries
from catchlight.audit_settings import seal_of
from catchlight.errors import OutsideError
from catchlight.register import Register
from reports.review.desk import ReviewDesk
from tests.review_company import signed_in
from tests.staffed_company import GATED, picture, staff, staffed_company


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a company with people who work on it."""
    return staffed_company(tmp_path).desk(GATED)


def told(desk: ReviewDesk, act: str = Act.VIEW) -> list[Entry]:
    """Return what the log tells of a kind."""
    return [one for one in entries(desk.register, seal_of(desk.home)) if one.act == act]


@pytest.mark.parametrize(
    ("role", "path", "page"),
    [
        ("hr", "/people", "overview"),
        ("hr", "/people/queue", "queue"),
        ("hr", "/people/bulk", "bulk"),
        ("hr", "/people/delegations", "delegations"),
        ("auditor", "/people/log", "log"),
        ("auditor", "/people/log.csv", "log.csv"),
    ],
)
def test_each_page_of_the_company_has_a_line(desk: ReviewDesk, role: str, path: str, page: str) -> None:
    """Every page says who looked and at which page."""
    assert staff(desk, role).get(path).status_code == 200
    assert [(one.by, one.detail) for one in told(desk)] == [(f"{role}@example.com", page)]


def test_a_portrait_has_a_line_with_the_person(desk: ReviewDesk) -> None:
    """Whose portrait was opened is told, and its pictures count as the same look."""
    browser = staff(desk, "brand")
    address = browser.get("/people/queue").text.split("/people/portrait/")[1].split('"')[0].split("?")[0]
    assert browser.get(f"/people/portrait/{address}").status_code == 200
    person = told(desk)[-1].person
    assert told(desk)[-1].detail == "portrait"
    assert person in desk.company.book().people
    assert browser.get(f"/picture/{picture(desk, person)}/640").status_code == 200
    assert len(told(desk)) == 2


def test_a_picture_without_its_page_has_a_line_too(desk: ReviewDesk) -> None:
    """Going through pictures by their addresses leaves a trace of each person, once in a while."""
    browser = staff(desk, "hr")
    for person in ("p1", "p2", "p1"):
        assert browser.get(f"/picture/{picture(desk, person)}/640").status_code == 200
    assert [(one.person, one.detail) for one in told(desk)] == [("p1", "picture"), ("p2", "picture")]


def test_who_looks_at_their_own_page_is_not_written_down(desk: ReviewDesk) -> None:
    """An employee's looks are nobody's business; that they signed in is told."""
    browser = signed_in(desk, "p1", "p1")
    assert browser.get("/me").status_code == 200
    assert browser.get(f"/picture/{picture(desk, 'p1')}/640").status_code == 200
    assert told(desk) == []
    assert [(one.person, one.detail) for one in told(desk, Act.SIGN_IN)] == [("p1", "employee sso")]


def test_a_look_that_is_refused_is_no_look(desk: ReviewDesk) -> None:
    """Without the right nothing is shown, and nothing is told."""
    assert staff(desk, "hr").get("/people/log").status_code == 403
    assert told(desk) == []


def test_what_cannot_be_written_down_is_not_shown(desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the log is full, pages of the company stay closed."""
    browser = staff(desk, "hr")

    def full(*_: object, **__: object) -> None:
        message = "no space left"
        raise OutsideError(message)

    monkeypatch.setattr(Register, "tell", full)
    with pytest.raises(OutsideError):
        browser.get("/people")


def test_a_day_on_the_pages_leaves_a_log_that_verifies(desk: ReviewDesk) -> None:
    """Looks, answers and delegations together are one whole chain without an address in it."""
    for role in ("hr", "brand", "auditor"):
        staff(desk, role).get("/people", follow_redirects=True)
    assert verify(desk.register, seal_of(desk.home)).problems == ()

"""What somebody types into a form beside what the page offers: it is kept as text that every store and file can hold."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from catchlight.records import Decision
from reports.review.desk import ReviewDesk
from tests.postgresql_server import database
from tests.review_company import form_of, make_review_company, signed_in
from tests.review_stands import Gate


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReviewDesk]:
    """Return the desk of a company's review server, in each database that there is."""
    company, gate = make_review_company(tmp_path), Gate()
    if request.param == "sqlite":
        gate.desk = company.desk(uploads=gate)
        yield gate.desk
        return
    with database(request.getfixturevalue("postgresql_server"), uuid4().hex) as address:
        secret = company.home / "secrets" / "register.url"
        secret.parent.mkdir(mode=0o700, exist_ok=True)
        secret.write_text(address)
        secret.chmod(0o600)
        (company.home / "register.db").unlink(missing_ok=True)
        gate.desk = company.desk(uploads=gate)
        yield gate.desk


def say(desk: ReviewDesk, **fields: str) -> Decision:
    """Answer with other fields than the page has; return what was taken."""
    browser = signed_in(desk, "p1", "p1")
    form = form_of(browser.get("/me").text) | {"tag": "tighter", "sure": "yes"} | fields
    answer = browser.post("/me/answer", data=form)
    assert answer.headers.get("location") == "/me?code=taken", answer.status_code
    return desk.register.decisions("p1")[-1]


@pytest.mark.parametrize("answer", ["keep", "refuse"])
@pytest.mark.parametrize("picture", ["x" * 60_000, "a\0b", "=1+1", "../../secrets", "ab" * 31])
def test_a_no_names_a_picture_or_none(desk: ReviewDesk, answer: str, picture: str) -> None:
    """Leaving is always possible; what the form says of the picture is kept where it can be one."""
    said = say(desk, answer=answer, picture=picture)
    assert (said.answer, said.picture) == (answer, "")


def test_characters_that_no_file_holds_are_not_kept(desk: ReviewDesk) -> None:
    """A comment with NUL and other control characters arrives without them; lines stay lines."""
    assert say(desk, answer="retry", comment="a\0b\x1b[31m\r\nc\td").comment == "ab[31m\nc\td"

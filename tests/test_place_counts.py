"""How many people do not want to be shown somewhere, as HR sees it: never so few that one of them is known."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight.consent_counts import ConsentCounts
from catchlight.consents import Consent
from catchlight.register import Register, now
from catchlight.showplaces import Showplace, Showplaces
from tests.review_company import make_review_company, plain, signed_in

CHAT = Showplaces((Showplace("slack", "slack:slack", "chat"), Showplace("www", "sftp:www", "external_web")))


def say(register: Register, word: str, people: Sequence[str]) -> None:
    """Let people say the same word about chat."""
    register.add([Consent(employee, "chat", word, employee, now()) for employee in people])


@pytest.mark.parametrize(
    ("no", "yes", "shown"),
    [(0, 9, 0), (1, 9, "few"), (4, 9, "few"), (5, 9, 5), (7, 2, "almost_all"), (7, 0, 7)],
)
def test_a_number_that_would_tell_who_is_hidden(tmp_path: Path, no: int, yes: int, shown: int | str) -> None:
    """From one to four who said no, and where one to four are all that did not."""
    register = Register(tmp_path / "register.db")
    people = [f"p{number}" for number in range(no + yes)]
    say(register, "granted", people)
    counts = ConsentCounts(register)
    counts.declined(["chat"], people)
    say(register, "withdrawn", people[:no])
    assert counts.declined(["chat", "hr"], people) == {"chat": shown, "hr": 0}


def test_who_changed_their_mind_or_left_is_not_counted(tmp_path: Path) -> None:
    """The last word holds, of people of the newest run."""
    register, people = Register(tmp_path / "register.db"), [f"p{number}" for number in range(14)]
    say(register, "withdrawn", people)
    say(register, "granted", people[:6])
    assert ConsentCounts(register).declined(["chat"], people[:13]) == {"chat": 7}


@pytest.mark.parametrize("role", ["hr", "auditor"])
def test_the_overview_counts_and_names_nobody(tmp_path: Path, role: str) -> None:
    """HR and auditors see a number for each place; brand owners and reviewers have no such page at all."""
    desk = replace(make_review_company(tmp_path, 8).desk(), showplaces=lambda: CHAT)
    say(desk.register, "refused", [f"p{number}" for number in range(1, 7)])
    desk.register.add([Consent("p8", "external_web", "withdrawn", "p8", now())])
    page = signed_in(desk, "x", roles=(role,)).get("/people").text
    told = plain(page)
    assert "Chat 6" in told
    assert "Public web pages fewer than 5" in told
    assert not any(f"Ada{number}" in page or f">p{number}<" in page for number in range(1, 9))
    for other in ("brand", "reviewer"):
        assert "said no to being shown" not in signed_in(desk, "y", roles=(other,)).get("/people").text


def test_where_no_place_is_named_nothing_is_counted(tmp_path: Path) -> None:
    """The section is not there."""
    desk = make_review_company(tmp_path).desk()
    assert "said no to being shown" not in signed_in(desk, "x", roles=("hr",)).get("/people").text

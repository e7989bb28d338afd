"""No message and no new link is promised where none can come."""

import dataclasses
from pathlib import Path

import pytest

from catchlight.identities import Ids, Seen, write_ids
from catchlight.policy import Mail
from catchlight.records import Employee
from reports.review.desk import ReviewDesk
from tests.review_company import client, plain, signed_in
from tests.review_stands import AFTER, ME, one_person, opened, policy, published

MESSAGE = "You get a message when there is one to look at."
LOOK = "No message is sent from here: open this page again in some days."
FRESH = "Send me a new link"
OVER = "There is no page for this link any more: nothing of you is shown"
NOBODY = Employee("p1", "Ada", "Byron", email="")


def _mail() -> Mail:
    return Mail(host="127.0.0.1", sender="photos@example.com")


def _me(desk: ReviewDesk, who: str = ME.id) -> str:
    return plain(signed_in(desk, who, who).get("/me").text)


@pytest.mark.parametrize("stand", ["retry", "read", "uploaded"])
def test_a_message_is_promised_where_letters_are_sent(tmp_path: Path, stand: str) -> None:
    """To whoever has an address; others are told to look again."""
    for name, rules, person, told, not_told in (
        ("letters", policy(mail=_mail()), ME, MESSAGE, LOOK),
        ("none", policy(), ME, LOOK, MESSAGE),
        ("no address", policy(mail=_mail()), NOBODY, LOOK, MESSAGE),
    ):
        desk = opened(one_person(tmp_path / name, person), rules)
        AFTER[stand](desk)
        page = _me(desk)
        assert told in page
        assert not_told not in page


def test_nor_is_one_promised_to_a_mailbox_of_two(tmp_path: Path) -> None:
    """No letter with their link goes there."""
    desk = opened(one_person(tmp_path), policy(mail=_mail()))
    AFTER["retry"](desk)
    write_ids(desk.home, Ids({"bob": Seen("", "Bob", email=ME.email)}))
    page = _me(desk)
    assert LOOK in page
    assert MESSAGE not in page


def test_nor_is_one_promised_to_who_has_no_portrait_yet(tmp_path: Path) -> None:
    """Nor to who left: nothing will come."""
    desk = opened(one_person(tmp_path))
    assert f"{LOOK} If your link does not open it any more" in _me(desk, "new")
    write_ids(desk.home, Ids({"was": Seen("", "Bob", "2026-01-01")}))
    page = _me(desk, "was")
    assert "There is no portrait of you here" in page
    assert LOOK not in page
    assert "yet" not in page


def _old_link(desk: ReviewDesk, employee: str = ME.id) -> str:
    """Return what a link says that has ended."""
    ended = desk.invitations.lead(employee, "0" * 64, "hr", -1)
    writing = dataclasses.replace(desk, send_link=lambda _: True)
    return client(writing).get(f"/l/{desk.invitations.token(ended)}").text


def test_an_old_link_offers_a_new_one_only_where_it_can_be_sent(tmp_path: Path) -> None:
    """Not to whoever has no address, nor to an address of two people: they are told whom to ask."""
    for name, person in (("own", ME), ("none", NOBODY)):
        page = _old_link(opened(one_person(tmp_path / name, person)))
        assert (FRESH in page) == (person is ME)
        assert ("Ask for a new link here: 4711" in page) == (person is NOBODY)
    desk = opened(one_person(tmp_path / "two"))
    write_ids(desk.home, Ids({"bob": Seen("", "Bob", email=ME.email)}))
    assert FRESH not in _old_link(desk)


def test_who_left_and_is_shown_nowhere_is_offered_no_link(tmp_path: Path) -> None:
    """It would be refused; what the link says then is true, and a link that is not ours is told nothing of it."""
    desk = opened(one_person(tmp_path))
    write_ids(desk.home, Ids({"was": Seen("", "Bob", "2026-01-01", "bob@example.com")}))
    page = plain(_old_link(desk, "was"))
    assert OVER in page
    assert FRESH not in page
    assert "Ask for a new link" not in page
    assert OVER not in plain(client(desk).get("/l/forged").text)


def test_who_left_and_is_still_shown_is_offered_one(tmp_path: Path) -> None:
    """Their page says what stands and takes it back."""
    company = one_person(tmp_path)
    published(opened(company), "f" * 64)
    for rows in (company.people, company.renders, company.verdicts):
        del rows[0]
    desk = opened(company.finish("20271124-100000"))
    write_ids(desk.home, Ids({ME.id: Seen("", ME.name, "2026-01-01", ME.email)}))
    assert FRESH in _old_link(desk)

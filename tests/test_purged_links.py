"""Personal links after the purge of letters: of whoever is here they lead to a new one, and none is called broken."""

from datetime import timedelta
from pathlib import Path

import pytest

from catchlight.company import Company
from catchlight.desk import open_register
from catchlight.home import Home, write_json
from catchlight.identities import Ids, Seen, listed, write_ids
from catchlight.invitations import Invitations, Link, Opened
from catchlight.promises import Keep
from catchlight.purging import Purge, purge
from catchlight.review_records import Invitation, Letter
from flows.correspondence import Order, invite
from flows.links import link_sender
from reports.review.desk import open_review_desk
from tests.letter_company import LetterCompany, make_company, post_office
from tests.published_company import portrait
from tests.review_company import client


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of three of whom ann and cid were asked; cid left, and ann gave an answer."""
    company = make_company(tmp_path, "ann", "bob", "cid")
    with post_office(company):
        invite(company.bureau(), "mail", Order("hr", now=True))
    company.later(days=1)
    company.answer("ann")
    company.people.pop("cid")
    company.finish("r2")
    write_json(Home(company.home).ledger("r2") / "plan.json", {"job": {"only": [], "onto": ""}})
    seen = {
        id_: Seen(listed(id_), id_, "" if id_ in company.people else "2026-06-04")
        for id_ in ["ann", "bob", "cid"]
    }
    write_ids(company.home, Ids(seen))
    return company


def tokens(company: LetterCompany) -> dict[str, str]:
    """Return everybody's link."""
    register = open_register(company.home)
    made = Invitations(register, company.home)
    return {one.employee: made.token(one) for one in register.rows(Invitation)}


def purged(company: LetterCompany, days: int) -> int:
    """Purge some days later; return how many rows of letters went."""
    company.later(days=days)
    one = Purge(company.home, open_register(company.home), Keep(), company.now)
    return next(gone.count for gone in purge(one) if gone.kind == "letters")


def opened(company: LetterCompany, token: str) -> Opened:
    """Open a link at the company's time."""
    people = Company(company.home).book().people
    invitations = Invitations(open_register(company.home), company.home, company.clock)
    return invitations.open(token, lambda id_: people[id_].pictures if id_ in people else None)


def test_the_last_link_of_whoever_is_here_brings_a_new_one(company: LetterCompany) -> None:
    """Years later, too: what was published with it can be changed and taken back at any time."""
    links = tokens(company)
    assert purged(company, 500) > 0
    assert [opened(company, links[id_]).worth for id_ in ("ann", "bob")] == [Link.EXPIRED] * 2
    with post_office(company) as box:
        for id_ in ("ann", "bob"):
            asked = opened(company, links[id_]).invitation
            assert asked
            posting = link_sender(company.home, company.clock)(asked)
            assert posting
            posting.join(30)
    assert box.to == ["ann@example.com", "bob@example.com"]


def test_a_link_of_who_left_is_old_and_not_broken(company: LetterCompany) -> None:
    """Nothing of their invitation is kept; we know our own signature, and say whom to ask."""
    links = tokens(company)
    purged(company, 500)
    register = open_register(company.home)
    assert {row.employee for row in register.rows(Invitation)} == {"ann", "bob"}
    assert not register.rows(Letter, employee="cid")
    assert opened(company, links["cid"]) == Opened(Link.PAST, None)
    desk = open_review_desk(company.home, register, company.bureau().policy)
    page = client(desk).get(f"/l/{links['cid']}")
    assert page.status_code == 410
    assert "This link is old" in page.text
    assert "Ask for a new link here: hr@example.com" in page.text
    assert "not whole" not in page.text


def test_earlier_links_go_after_their_term(company: LetterCompany) -> None:
    """One is enough to lead back."""
    company.later(minutes=1)
    with post_office(company):
        invite(company.bureau(), "mail", Order("hr", ["ann"], now=True, again=True))
    first, last = open_register(company.home).rows(Invitation, employee="ann")
    purged(company, 200)
    assert open_register(company.home).rows(Invitation, employee="ann") == [last]
    assert not open_register(company.home).rows(Letter, invitation=first.id)


def test_who_was_silent_is_not_asked_again_after_the_purge(company: LetterCompany) -> None:
    """That they were asked about this portrait is remembered as long as they are here."""
    for _ in range(4):
        purged(company, 100)
        with post_office(company):
            assert invite(company.bureau(), "mail", Order("hr", now=True)).queued == 0


def test_a_kept_invitation_keeps_no_picture(company: LetterCompany) -> None:
    """The portrait that it asked about goes by its own term."""
    old = company.people["bob"][1].picture
    company.add("bob", seed="newer")
    company.finish("r3")
    for name in ("r1", "r2"):
        for file in sorted((company.home / "runs" / name).iterdir()):
            file.unlink()
    path = Home(company.home).vault.path(old)
    assert path.read_bytes() == portrait("bob1")
    company.now += timedelta(days=3000)
    purged(company, 0)
    assert not path.exists()
    assert "bob" in tokens(company)

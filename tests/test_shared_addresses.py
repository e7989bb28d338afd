"""Two people with one e-mail address: no personal link of theirs goes there, and everybody who should hear of it does."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchlight.invitations import Invitations
from catchlight.job import Job
from catchlight.records import Employee
from catchlight.shared_addresses import shared
from flows import stages
from flows.correspondence import Order, invite
from flows.links import link_sender
from tests.letter_company import LetterCompany, make_company, post_office, reviewing
from tests.mail_server import Mailbox
from tests.source_worlds import jpeg


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of which two people have one mailbox, written in two ways."""
    company = make_company(tmp_path, "ann")
    company.add("bob", email="desk@example.com")
    company.add("cid", email=" Desk@Example.com")
    return company.finish("r2")


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox, with its server running."""
    with post_office(company) as box:
        yield box


SAYS = (
    "2 share their e-mail address with somebody who is here or left lately, and a personal link is for one alone; "
    "use --channel print: bob, cid"
)


@pytest.mark.usefixtures("box")
def test_a_dry_run_says_whom_no_letter_can_reach(company: LetterCompany) -> None:
    """Before anything is sent it is known who needs paper."""
    told = reviewing(company, "invite", "--dry-run")
    assert told.output.startswith("1 invite")
    assert SAYS in told.output


def test_no_personal_link_goes_to_a_mailbox_of_two(company: LetterCompany, box: Mailbox) -> None:
    """The others are written to; on paper each gets the link of their own page."""
    told = reviewing(company, "invite", "--now")
    assert (told.exit_code, box.to) == (1, ["ann@example.com"])
    assert SAYS in told.output
    file = company.home / "links.csv"
    assert reviewing(company, "invite", "--channel", "print", "--out", str(file)).exit_code == 0
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert {"bob", "cid"} < {row["id"] for row in csv.DictReader(rows)}


def test_a_letter_that_waits_does_not_leave_once_its_address_is_shared(
    company: LetterCompany, box: Mailbox
) -> None:
    """A newer list may give somebody else the address meanwhile."""
    company.add("cid", email="cid@example.com")
    company.finish("r3")
    box.answers = {"cid@example.com": "421 later", "desk@example.com": "421 later"}
    invite(company.bureau(), "mail", Order("hr"))
    box.answers, before = {}, len(box.to)
    company.add("cid", email="desk@example.com")
    company.finish("r3")
    told = reviewing(company, "remind", "--now")
    assert "2 not sent any more: somebody else has the same e-mail address" in told.output
    assert not set(box.to[before:]) & {"desk@example.com", "cid@example.com"}


def test_no_fresh_link_goes_there_either(company: LetterCompany, box: Mailbox) -> None:
    """Who asks for a new link in place of an old one is not written to."""
    bureau = company.bureau()
    invitations = Invitations(bureau.register, company.home, company.clock)
    old = invitations.invite("bob", bureau.case(bureau.records(), "bob").picture, "hr", bureau.ends())
    assert link_sender(company.home, company.clock)(old) is None
    assert box.letters == []


def test_a_refresh_tells_of_addresses_that_several_have(tmp_path: Path) -> None:
    """The list can be put right before anybody is asked."""
    people = tmp_path / "people"
    (people / "photos").mkdir(parents=True)
    rows = "".join(f"{n},{mail}\n" for n, mail in enumerate(("ada@x.example", "ADA@X.example", "", "")))
    (people / "directory.csv").write_text(f"id,email\n{rows}", "utf-8")
    for number in range(4):
        (people / f"photos/{number}.jpg").write_bytes(jpeg(number))
    plan = stages.gather(Job(source=people, home=tmp_path / "home"))
    said = [one["sentence"] for one in plan.findings if one["kind"] == "shared_address"]
    assert len(said) == 1
    assert said[0].startswith("2 people have the e-mail address ada@x.example (0, 1): no personal link")


def test_two_people_are_told_apart_by_what_mailboxes_are() -> None:
    """``ß`` and ``ss`` are two addresses, small and capital letters one; what is no address is nobody's."""
    people = [
        Employee(str(n), email=mail) for n, mail in enumerate(("weiß@x", "weiss@x", "-", "-", "a@x", "A@X"))
    ]
    assert shared(people) == {"a@x": ["4", "5"]}

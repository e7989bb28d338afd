"""Nobody is asked twice about the same portrait, and whoever needs a link to their page can have one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from catchlight.company import Company
from catchlight.invitations import Invitations, Link
from catchlight.outbox import State
from catchlight.records import Answer
from catchlight.register import Register
from catchlight.review_records import Invitation
from flows.asking import ask as refreshed
from flows.correspondence import Order, Pass, invite, remind
from flows.links import link_sender
from tests.letter_company import LetterCompany, make_company, post_office, reviewing
from tests.mail_server import Mailbox


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of two."""
    return make_company(tmp_path, "ann", "bob")


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox, with its server running."""
    with post_office(company) as box:
        yield box


def ask(company: LetterCompany, *only: str, again: bool = False) -> Pass:
    """Invite by mail at the company's time, quiet hours or not."""
    return invite(company.bureau(), "mail", Order("hr", only, now=True, again=again or bool(only)))


def worth(company: LetterCompany, letter: EmailMessage) -> Link:
    """Return what the link of a letter is worth now."""
    people, register = Company(company.home).book().people, Register(company.home / "register.db")
    [token] = re.findall(r"/review/l/(\S+)", letter.get_content())
    return Invitations(register, company.home, company.clock).open(token, lambda i: people[i].pictures).worth


def text(letter: EmailMessage) -> str:
    """Return what a letter says, on one line."""
    return " ".join(letter.get_content().split())


@pytest.mark.usefixtures("box")
def test_a_daily_pass_asks_once_and_reminds_and_ends(company: LetterCompany) -> None:
    """Two months of daily invitations: one letter and its reminders, and silence is the answer."""
    for _ in range(60):
        ask(company)
        company.later(days=1)
    kinds = [letter.kind for letter in company.letters() if letter.state == State.SENT]
    assert sorted(kinds) == sorted(2 * ["invite", "remind-3", "remind-7", "remind-12"])
    told = reviewing(company, "invite", "--dry-run").output
    assert "fewer than 5 not asked again, since an earlier deadline" in told
    assert "ann" not in told


@pytest.mark.usefixtures("box")
def test_a_new_portrait_or_hr_asks_again(company: LetterCompany) -> None:
    """A question of their own each, with a deadline and reminders; --again is for everybody who was silent."""
    ask(company)
    company.later(days=20)
    assert ask(company, "ann").draft.due[0].kind == "invite"
    company.later(days=3)
    assert [one.kind for one in ask(company).draft.due] == ["remind-3"]
    company.later(days=20)
    assert [one.employee for one in ask(company, again=True).draft.due] == ["ann", "bob"]
    company.later(days=20)
    company.add("bob", seed="new")
    company.finish("r2")
    assert [(one.employee, one.kind) for one in ask(company).draft.due] == [("bob", "invite")]


def test_a_letter_that_never_arrived_asked_nothing(company: LetterCompany, box: Mailbox) -> None:
    """A refused address is told, also after the deadline; a letter that was never sent is sent anew."""
    box.answers = {"ann@example.com": "550 no such user", "bob@example.com": "450 busy"}
    ask(company)
    company.later(days=20)
    box.answers = {}
    done = ask(company)
    assert (done.draft.failed, done.draft.silent) == (["ann"], 0)
    assert [(one.employee, one.kind) for one in done.draft.due] == [("bob", "invite")]
    assert box.to[-1] == "bob@example.com"


def test_the_old_link_of_who_was_silent_brings_a_new_one(company: LetterCompany, box: Mailbox) -> None:
    """They may answer whenever they like, and have the time of a question for it."""
    ask(company)
    company.later(days=40)
    assert worth(company, box.letters[0]) == Link.EXPIRED
    [old] = Register(company.home / "register.db").rows(Invitation, employee="ann")
    posting = link_sender(company.home, company.clock)(old)
    assert posting
    posting.join(30)
    assert box.to[-1] == "ann@example.com"
    assert worth(company, box.letters[-1]) == Link.GOOD
    assert "Without an answer your current photo stays." in text(box.letters[-1])


def test_hr_can_always_give_a_link_to_somebodys_own_page(company: LetterCompany, box: Mailbox) -> None:
    """After an answer it asks nothing; before the deadline it is the link of the question, with the same deadline."""
    ask(company)
    [first] = Register(company.home / "register.db").rows(Invitation, employee="bob")
    company.later(days=1)
    company.answer("ann")
    company.later(days=1)
    ask(company, "ann", "bob")
    by_ann, by_bob = box.letters[-2:]
    assert (by_ann["To"], by_ann["Subject"]) == (
        "ann@example.com",
        "Your link for your portrait at Example AG",
    )
    assert "holds until you change it" in text(by_ann)
    assert "Without an answer" not in text(by_ann)
    assert {worth(company, by_ann), worth(company, by_bob)} == {Link.GOOD}
    rows = Register(company.home / "register.db").rows(Invitation)
    assert [one.id for one in rows if one.employee == "bob"] == [first.id]
    assert [one.deadline == one.at for one in rows if one.employee == "ann"] == [False, True]
    company.later(days=3)
    assert [one.employee for one in ask(company).draft.due] == ["bob"]
    assert remind(company.bureau(), Order("hr", now=True)).queued == 0


@pytest.mark.usefixtures("box")
def test_hr_can_send_a_link_again_an_hour_later(company: LetterCompany) -> None:
    """A message that was deleted is no reason to be shut out."""
    company.answer("ann", Answer.KEEP)
    company.later(minutes=1)
    sent = [ask(company, "ann").report.sent, ask(company, "ann").report.sent]
    company.later(hours=1)
    assert [*sent, ask(company, "ann").report.sent] == [1, 0, 1]


@pytest.mark.usefixtures("box")
def test_the_next_question_has_a_deadline_of_its_own(company: LetterCompany) -> None:
    """What led somebody to their page is no invitation to answer about the same portrait later."""
    company.answer("ann", Answer.RETRY)
    company.later(minutes=1)
    ask(company, "ann")
    bureau = company.bureau()
    picture = company.people["ann"][1].picture
    asked = Invitations(bureau.register, company.home, company.clock).invite("ann", picture, "hr", 14)
    assert asked.deadline > asked.at


@pytest.mark.usefixtures("box")
def test_a_refresh_that_asks_says_who_is_not_asked_again(
    company: LetterCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On its form's log; whoever started it expects everybody to be asked."""
    told: list[str] = []
    monkeypatch.setattr("flows.asking.say", told.append)
    ask(company)
    company.later(days=20)
    refreshed(company.home, (company.now + timedelta(days=9)).date(), clock=company.clock)
    assert any("pass in silence. catchlight review invite --again asks them" in one for one in told)


def test_a_refresh_of_some_people_gives_nobody_a_link_who_answered(
    company: LetterCompany, box: Mailbox
) -> None:
    """It asks whom it concerns; a link to their page is what HR names somebody for."""
    company.answer("ann")
    assert invite(company.bureau(), "mail", Order("refresh", ["ann", "bob"], now=True)).queued == 1
    assert box.to == ["bob@example.com"]

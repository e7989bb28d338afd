"""Somebody who is not in the list any more and still shown: their page, the way to it, and the way off."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.identities import Ids, Seen, write_ids
from catchlight.outbox import State
from catchlight.records import Answer, Receipt
from catchlight.review_records import Invitation
from flows.correspondence import Order, invite, remind
from flows.left_out import with_left_out
from flows.links import link_sender, revoke
from reports.review.desk import ReviewDesk
from tests.letter_company import LetterCompany, make_company, post_office
from tests.review_company import plain, signed_in, token_of
from tests.review_stands import ME, one_person, opened, published, say


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a company that ME left; their portrait stands."""
    company = one_person(tmp_path)
    desk = opened(company)
    say(desk, Answer.APPROVE)
    published(desk, "f" * 64)
    company.people, company.renders, company.verdicts = (
        company.people[1:],
        company.renders[1:],
        company.verdicts[1:],
    )
    company.finish("20271124-100000")
    return opened(company)


def test_their_page_says_what_stands_and_takes_it_back(desk: ReviewDesk) -> None:
    """It goes with the next publication, or sooner when they say so; then the page says until when."""
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me").text
    assert "A portrait of yours stands where you are shown" in plain(page)
    assert "You are not in the company's list any more" in plain(page)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split("/me/answer")[1]))
    assert (
        browser.post("/me/answer", data=fields | {"answer": "keep", "token": token_of(page)}).status_code
        == 303
    )
    assert desk.register.decisions(ME.id)[-1].answer == Answer.KEEP
    page = plain(browser.get("/me").text)
    assert "Your portrait still stands where you were shown" in page
    assert "not in the company's list" not in page


def test_who_is_in_the_list_is_not_told_that_they_left(desk: ReviewDesk) -> None:
    """A run of a few people does not have them: what stands may be taken back, and nothing is said to end."""
    write_ids(desk.home, Ids({ME.id: Seen("", ME.name, email=ME.email)}))
    page = plain(signed_in(desk, ME.id, ME.id).get("/me").text)
    assert "There is nothing to decide at the moment" in page
    assert "Take it back" in page
    assert "not in the company's list" not in page


def test_nothing_else_can_be_said_there(desk: ReviewDesk) -> None:
    """Neither about another picture, nor a yes."""
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me").text
    before = desk.register.decisions(ME.id)
    for said in (
        {"answer": "keep", "picture": "0" * 64},
        {"answer": "approve", "picture": before[0].picture},
    ):
        browser.post("/me/answer", data=said | {"token": token_of(page), "ticket": "t"})
    assert desk.register.decisions(ME.id) == before


def test_who_left_and_is_shown_nowhere_has_no_page(tmp_path: Path) -> None:
    """Nothing stands, so nothing is said."""
    company = one_person(tmp_path)
    company.people, company.renders, company.verdicts = (
        company.people[1:],
        company.renders[1:],
        company.verdicts[1:],
    )
    desk = opened(company.finish("20271124-100000"))
    assert "There is no portrait of you here yet" in signed_in(desk, ME.id, ME.id).get("/me").text


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company that ann left, whose portrait stands; bob left and is shown nowhere."""
    company = make_company(tmp_path, "ann", "bob", "cid")
    with post_office(company):
        invite(company.bureau(), "mail", Order("hr", now=True))
    company.later(hours=1)
    company.answer("ann")
    company.answer("bob")
    company.later(hours=1)
    at = company.now.isoformat(timespec="microseconds")
    picture = company.people["ann"][1].picture
    open_register(company.home).note([Receipt("folder", "ann", "96/ann.jpg", picture, "", "done", at, "r1")])
    for id_ in ("ann", "bob"):
        company.people.pop(id_)
    return company.finish("r2")


def test_their_old_link_brings_a_new_one_as_long_as_they_are_shown(company: LetterCompany) -> None:
    """To the address that their last run had; nobody else who left is written to."""
    register, send = open_register(company.home), link_sender(company.home, company.clock)
    old = {one.employee: one for one in register.rows(Invitation)}
    with post_office(company) as box:
        posting = send(old["ann"])
        assert posting
        posting.join(30)
        assert send(old["bob"]) is None
    assert box.to == ["ann@example.com"]
    assert "you can change it or take it back there" in " ".join(box.letters[0].get_content().split())


def test_whom_a_run_of_a_few_people_does_not_have_gets_a_new_link(company: LetterCompany) -> None:
    """Who is in the list has not left: their old link brings a new one as long as they are."""
    write_ids(company.home, Ids({"bob": Seen("", "Bob", email="bob@example.com")}))
    old = {one.employee: one for one in open_register(company.home).rows(Invitation)}
    with post_office(company) as box:
        posting = link_sender(company.home, company.clock)(old["bob"])
        assert posting
        posting.join(30)
    assert box.to == ["bob@example.com"]


def test_their_links_can_be_withdrawn(company: LetterCompany) -> None:
    """A mailbox that somebody else reads now opens nothing; an id that nobody has is told."""
    assert revoke(company.bureau(), "hr", ["bob"]) == 1
    with pytest.raises(ConfigError, match="nobody in run"):
        revoke(company.bureau(), "hr", ["nobody"])


def test_a_letter_to_who_is_in_no_run_leaves_in_the_morning(company: LetterCompany) -> None:
    """HR gave the link in the evening; the pass of the next day knows them as well."""
    company.now = company.now.replace(hour=20)
    order = Order("hr", ["ann"], again=True)
    with post_office(company) as box:
        done = invite(with_left_out(company.bureau(), ["ann"]), "mail", order)
        assert (done.queued, done.report.sent) == (1, 0)
        company.now += timedelta(hours=14)
        remind(company.bureau(), Order("remind"))
        assert box.to == ["ann@example.com"]
    assert [one.state for one in company.letters()][-1] == State.SENT

"""``catchlight review extend``: more time, for links, letters, pages and silence alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight.closing import close
from catchlight.company import Company
from catchlight.extending import extend
from catchlight.invitations import Invitations, Link
from catchlight.policy import Policy, Rule
from catchlight.records import Rung
from catchlight.review_records import Extension, Invitation, Revocation
from catchlight.standings import Standings
from flows.commands import review
from flows.correspondence import Order, invite, remind
from tests.letter_company import LetterCompany, make_company, post_office
from tests.mail_server import Mailbox
from tests.review_company import signed_in
from tests.review_stands import ME, invited, one_person, opened


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of three."""
    return make_company(tmp_path, "ann", "bob", "cid")


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox after everybody was invited."""
    with post_office(company) as box:
        invite(company.bureau(), "mail", Order("hr"))
        yield box


def more_time(company: LetterCompany, *ids: str, days: int = 7) -> dict[str, Extension]:
    """Give people more time at the company's time."""
    pictures = {id_: company.people[id_][1].picture for id_ in ids}
    return extend(company.bureau().register, pictures, days, "hr", company.now)


def worth(company: LetterCompany, employee: str) -> Link:
    """Return what somebody's link is worth now."""
    register, people = company.bureau().register, Company(company.home).book().people
    links = Invitations(register, company.home, company.clock)
    [asked] = register.rows(Invitation, employee=employee)
    return links.open(links.token(asked), lambda id_: people[id_].pictures).worth


@pytest.mark.usefixtures("box")
def test_a_link_lives_as_long_as_the_new_deadline(company: LetterCompany) -> None:
    """The same link, before and after its first deadline; nobody else's."""
    company.later(days=15)
    assert worth(company, "ann") == Link.EXPIRED
    assert set(more_time(company, "ann")) == {"ann"}
    assert (worth(company, "ann"), worth(company, "bob")) == (Link.GOOD, Link.EXPIRED)
    company.later(days=6.9)
    assert worth(company, "ann") == Link.GOOD
    company.later(days=0.2)
    assert worth(company, "ann") == Link.EXPIRED


@pytest.mark.usefixtures("box")
def test_days_are_added_to_a_deadline_that_is_still_to_come(company: LetterCompany) -> None:
    """Twice gives twice the time, and each time leaves a row that says who and when."""
    company.later(days=2)
    for _ in range(2):
        more_time(company, "ann", days=3)
    rows = company.bureau().register.rows(Extension)
    ends = [datetime.fromisoformat(row.until) - company.now for row in rows]
    assert ends == [timedelta(days=15), timedelta(days=18)]
    assert {(row.employee, row.by, row.at[:10]) for row in rows} == {("ann", "hr", "2026-06-05")}


def test_reminders_follow(company: LetterCompany, box: Mailbox) -> None:
    """The next day one tells of the new day, once; nothing else is sent again."""
    company.later(days=13)
    remind(company.bureau(), Order("hr"))
    box.letters.clear(), box.to.clear()
    company.later(days=2)
    more_time(company, "ann")
    company.later(days=1)
    for _ in range(2):
        remind(company.bureau(), Order("hr"))
    assert box.to == ["ann@example.com"]
    assert "25 June 2026" in box.letters[0].get_content()


@pytest.mark.usefixtures("box")
def test_silence_counts_from_the_new_deadline(company: LetterCompany) -> None:
    """Who still has time is not silent yet."""
    rule = Rule(entities=("",), basis="Agreement", rungs=tuple(Rung))
    policy, register = Policy(silence=(rule,)), company.bureau().register
    company.later(days=15)
    more_time(company, "ann")

    def silent() -> int:
        closing = close(company.home, register, policy, company.now, dry=True)
        return len(closing.decisions) + closing.others + closing.untold

    assert silent() == 2
    company.later(days=8)
    assert silent() == 3


@pytest.mark.usefixtures("box")
def test_only_an_open_question_gets_more_time(company: LetterCompany) -> None:
    """Not who answered, whose link was withdrawn, or who was never asked about this picture."""
    company.answer("ann")
    register = company.bureau().register
    register.add([Revocation(register.rows(Invitation, employee="bob")[0].id, "hr", company.now.isoformat())])
    company.add("cid", seed="2")
    assert more_time(company, "ann", "bob", "cid") == {}
    assert register.rows(Extension) == []


def test_the_pages_show_the_new_day(tmp_path: Path) -> None:
    """On the person's own page and among HR's deadlines, without a restart."""
    desk = opened(one_person(tmp_path))
    invited(desk, -1)
    browser, standings = (
        signed_in(desk, ME.id, ME.id),
        Standings(desk.register, desk.company, brand_gate=False),
    )
    before = standings.deadlines()[0].deadline
    assert "The day to answer by was" in browser.get("/me").text
    picture = desk.company.book().people[ME.id].pictures[0]
    row = extend(desk.register, {ME.id: picture}, 9, "hr", datetime.now(UTC))[ME.id]
    day = datetime.fromisoformat(row.until)
    assert f"{day.day}\u00a0{day:%B %Y}" in browser.get("/me").text
    assert before < standings.deadlines()[0].deadline == row.until


def extending(company: LetterCompany, *words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(review.app, ["extend", *words, "--home", str(company.home)])


def test_the_command_says_who_got_more_time(company: LetterCompany) -> None:
    """For some or for all; who has no open question is named, and what is wrong changes nothing."""
    company.now = datetime.now(UTC)
    company.finish("r2")
    company.write_policy()
    links = Invitations(company.bureau().register, company.home)
    for id_ in ("ann", "bob"):
        links.invite(id_, company.people[id_][1].picture, "hr", 14)
    done = extending(company, "all", "--days", "7")
    assert (done.exit_code, "People with more time: 2. They may answer until" in done.output) == (0, True)
    done = extending(company, "ann", "cid", "--days", "7")
    assert done.exit_code == 1
    assert "1 have no open question, so nothing changed: cid" in done.output
    for words in (("nobody", "--days", "7"), ("all", "ann", "--days", "7"), ("ann",), ("all", "--days", "0")):
        assert extending(company, *words).exit_code == 2
    assert len(company.bureau().register.rows(Extension)) == 3

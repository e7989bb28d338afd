"""Links on paper: one pass loses nothing of an earlier one, and says who gets none and why."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight.company import Company
from catchlight.invitations import Invitations, Link
from catchlight.records import Answer
from catchlight.register import Register
from catchlight.review_records import Invitation
from flows.commands import review
from flows.letters import PRINT, Round
from flows.printed_links import print_links
from tests.letter_company import LetterCompany, make_company


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of three without mail; its clock is the world's, which the commands read."""
    company = make_company(tmp_path, "ann", "bob", "cid")
    company.write_policy()
    company.now = company.bureau().clock()
    return company


def printing(company: LetterCompany, *words: str) -> Result:
    """Run ``catchlight review invite --channel print …`` in the company's home."""
    env = {"CATCHLIGHT_HOME": str(company.home)}
    return CliRunner().invoke(review.app, ["invite", "--channel", "print", *words], env=env)


def held(company: LetterCompany) -> dict[str, str]:
    """Return the links of the file by id."""
    with (company.home / "secrets/links.csv").open(encoding="utf-8-sig", newline="") as table:
        return {row["id"]: row["link"] for row in csv.DictReader(table)}


def worth(company: LetterCompany, link: str) -> Link:
    """Return what a link is worth now."""
    people, register = Company(company.home).book().people, Register(company.home / "register.db")
    invitations = Invitations(register, company.home)
    return invitations.open(link.rpartition("/")[2], lambda id_: people[id_].pictures).worth


def test_one_persons_link_takes_nobody_elses(company: LetterCompany) -> None:
    """Whose link is lost counts as asked all the same, and their silence as a yes where an agreement says so."""
    assert printing(company).output.startswith("Links written: 3")
    before = held(company)
    told = printing(company, "--only", "ann").output
    assert told.startswith("Links written: 1")
    assert "Kept from before: 2." in told
    assert held(company) == before


def test_a_link_that_opens_nothing_leaves_the_file(company: LetterCompany) -> None:
    """Who answered needs it no more, and who reads the file is told how many went."""
    printing(company)
    company.now = company.bureau().clock().replace(year=2099)
    company.answer("ann")
    told = printing(company).output
    assert "Taken out, since they open nothing any more: 1." in told
    assert "1 not asked, since there is an answer" in told
    assert list(held(company)) == ["bob", "cid"]


def test_a_link_leaves_the_file_after_its_term_however_often_that_is_added_to(company: LetterCompany) -> None:
    """It opens its page still; who printed it deleted their copy long ago."""
    company.write_policy(more="days = 40\n")
    file, after = company.home / "secrets/links.csv", []
    for days, ids in ((0, ["ann", "cid"]), (13, ["bob"]), (2, ["cid"]), (13, ["ann"])):
        company.later(days=days)
        done = print_links(company.bureau(), "hr", file, Round(PRINT, ids))
        after.append((list(held(company)), done.past, done.ended))
    assert after == [
        (["ann", "cid"], 0, 0), (["ann", "cid", "bob"], 0, 0), (["bob", "cid"], 1, 0), (["cid", "ann"], 1, 0),
    ]  # fmt: skip


def test_rows_that_say_no_day_are_as_old_as_their_question(company: LetterCompany) -> None:
    """Such as those of a file of an earlier version."""
    company.write_policy(more="days = 40\n")
    file = company.home / "secrets/links.csv"
    for days, left in ((13, ["ann", "bob"]), (2, ["bob"])):
        print_links(company.bureau(), "hr", file, Round(PRINT, ["ann"] if days == 13 else ["bob"]))
        lines = file.read_text("utf-8").splitlines()
        file.write_text("\n".join(line.rpartition(",")[0] for line in lines), "utf-8")
        company.later(days=days)
        print_links(company.bureau(), "hr", file, Round(PRINT, ["bob"]))
        assert list(held(company)) == left


def test_a_file_that_is_something_else_stays(company: LetterCompany, tmp_path: Path) -> None:
    """A list of the company's own is not written over; an empty file may be taken."""
    other = tmp_path / "staff.csv"
    other.write_text("id,name\n1,Ann\n", "utf-8")
    told = printing(company, "--out", str(other))
    assert told.exit_code == 2
    assert "this is no file of links" in " ".join(told.output.split())
    assert other.read_text("utf-8") == "id,name\n1,Ann\n"
    assert company.letters() == []
    other.write_text("", "utf-8")
    assert printing(company, "--out", str(other)).exit_code == 0


def test_who_answered_gets_a_link_to_their_page_and_no_question(company: LetterCompany) -> None:
    """Without mail there is no other way back to change an answer; no deadline runs, and nobody is reminded."""
    company.answer("ann", Answer.KEEP)
    told = printing(company, "--only", "ann").output
    assert told.startswith("Links written: 1")
    assert "1 with a link to their own page, no new question and no new deadline: ann" in told
    assert worth(company, held(company)["ann"]) == Link.GOOD
    [made] = Register(company.home / "register.db").rows(Invitation)
    assert made.deadline == made.at < made.expires
    assert [letter.kind for letter in company.letters()] == ["link"]


def test_a_dry_run_writes_nothing_and_counts_the_same(company: LetterCompany) -> None:
    """Also of a link to somebody's page."""
    company.answer("ann")
    told = printing(company, "--only", "ann", "--dry-run").output
    assert "Links that would be written" in told
    assert "1 with a link to their own page" in told
    assert not (company.home / "secrets/links.csv").exists()
    assert "would be written" in (told := printing(company, "--dry-run").output)
    assert ": 2. Nothing was written." in told

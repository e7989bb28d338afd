"""Silence is a yes only of those whose last letter said so, by the agreement as it is now."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.closing import Closing, close
from catchlight.policy import Rule, load_policy
from catchlight.records import Rung
from flows.commands import review
from flows.correspondence import Order, invite, remind
from flows.letters import Round
from flows.printed_links import print_links
from tests.letter_company import LetterCompany, make_company, post_office
from tests.mail_server import Mailbox
from tests.review_company import signed_in
from tests.review_stands import BASIS, ME, invited, one_person, opened, policy, told

RULE = '[[silence]]\nentities = ["Example Ltd"]\nbasis = "works agreement 12"\nrungs = ["keep", "crop"]\n'


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of two; one is of the legal entity that has an agreement."""
    company = make_company(tmp_path, "ann")
    company.add("eve", entity="Example Ltd")
    return company.finish()


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox; nobody was written to yet."""
    with post_office(company) as box:
        yield box


def agree(company: LetterCompany, rule: str = RULE) -> None:
    """Write an agreement into review.toml in place of the one that is there."""
    file = company.home / "review.toml"
    file.write_text(file.read_text().split("[[silence]]")[0] + rule)


def closed(company: LetterCompany) -> Closing:
    """Return what closing would do a year later."""
    company.later(days=365)
    found = close(company.home, company.bureau().register, load_policy(company.home), company.now, dry=True)
    company.later(days=-365)
    return found


def test_a_letter_that_named_the_agreement_makes_silence_a_yes(company: LetterCompany, box: Mailbox) -> None:
    """Of the two only the one whose letter said so."""
    agree(company)
    invite(company.bureau(), "mail", Order("hr", now=True))
    assert ["works agreement 12" in one.get_content() for one in box.letters] == [False, True]
    found = closed(company)
    assert ([one.employee for one in found.decisions], found.others, found.untold) == (["eve"], 1, 0)


@pytest.mark.usefixtures("box")
def test_who_was_promised_their_photo_keeps_it(company: LetterCompany) -> None:
    """An agreement that came after the letter speaks for nobody, and closing says how many there are."""
    invite(company.bureau(), "mail", Order("hr", now=True))
    agree(company)
    found = closed(company)
    assert (found.decisions, found.others, found.untold) == ((), 1, 1)
    said = CliRunner().invoke(review.app, ["close", "--home", str(company.home)])
    assert "1 silent past the deadline whose last letter did not name the agreement" in said.output
    assert "or was sent by an earlier Catchlight" in said.output
    assert "as a yes" not in said.output


@pytest.mark.parametrize(
    "changed", [RULE.replace("12", "13"), RULE.replace('"crop"', '"crop", "background"')]
)
@pytest.mark.usefixtures("box")
def test_another_agreement_is_another(company: LetterCompany, changed: str) -> None:
    """Under a new name, or for portraits that are changed further, it was told to nobody."""
    agree(company)
    invite(company.bureau(), "mail", Order("hr", now=True))
    agree(company, changed)
    assert closed(company).untold == 1


@pytest.mark.usefixtures("box")
def test_a_link_on_paper_says_nothing_of_silence(company: LetterCompany) -> None:
    """It takes nothing back of what a letter said, and tells nobody."""
    agree(company)
    invite(company.bureau(), "mail", Order("hr", now=True))
    company.later(minutes=1)
    print_links(company.bureau(), "hr", company.home.parent / "links.csv", Round())
    assert [one.channel for one in company.letters()][-2:] == ["print", "print"]
    assert [one.employee for one in closed(company).decisions] == ["eve"]


@pytest.mark.usefixtures("box")
def test_who_was_asked_on_paper_alone_was_not_told(company: LetterCompany) -> None:
    """Nobody knows what was said with it."""
    agree(company)
    print_links(company.bureau(), "hr", company.home.parent / "links.csv", Round())
    assert closed(company).untold == 1


@pytest.mark.usefixtures("box")
def test_the_last_letter_counts(company: LetterCompany) -> None:
    """A reminder that names it is enough; one that promises the old photo again takes it back."""
    invite(company.bureau(), "mail", Order("hr", now=True))
    agree(company)
    company.later(days=3)
    remind(company.bureau(), Order("hr", now=True))
    assert [one.employee for one in closed(company).decisions] == ["eve"]
    agree(company, "")
    company.later(days=4)
    remind(company.bureau(), Order("hr", now=True))
    agree(company)
    assert closed(company).untold == 1


def test_the_page_says_what_the_letter_said(tmp_path: Path) -> None:
    """Whoever was promised the old photo reads so on the page, too, whatever is agreed by now."""
    rule = Rule(entities=("GmbH",), basis=BASIS, rungs=tuple(Rung))
    rules = policy(silence=[rule.model_dump()])
    warned, promised = opened(one_person(tmp_path / "a"), rules), opened(one_person(tmp_path / "b"), rules)
    told(warned, rule)
    invited(promised, 14)
    found = [signed_in(desk, ME.id, ME.id).get("/me").text for desk in (warned, promised)]
    assert [BASIS in page for page in found] == [True, False]

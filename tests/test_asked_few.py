"""What a form tells HR of asking a few people is the same whether they answered, were silent or were never asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.artifacts import progress_told
from flows.asking import ask
from flows.correspondence import Order, invite
from flows.progress import hearing, listening
from tests.letter_company import LetterCompany, make_company, post_office

IDS = [f"p{number:02}" for number in range(12)]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[LetterCompany]:
    """Return a company of twelve: the first let a deadline pass, the second answered, the others were never asked."""
    made = make_company(tmp_path, *IDS)
    with post_office(made):
        invite(made.bureau(), "mail", Order("hr", only=IDS[:1], now=True))
        made.later(days=30)
        made.answer(IDS[1])
        yield made


def told(company: LetterCompany, *only: str) -> str:
    """Return all that the log and the progress of a form say of asking these people."""
    said: list[str] = []

    def step(stage: str, done: int, total: int) -> None:
        said.append(progress_told(stage, done, total))

    with hearing(said.append), listening(step):
        ask(company.home, company.now.date() + timedelta(days=14), only, company.clock)
    return " ".join(filter(None, said))


def test_of_one_person_nothing_is_told(company: LetterCompany) -> None:
    """All read the same; the letter has left where one was due."""
    silent, answered, new = (told(company, id_) for id_ in IDS[:3])
    assert silent == answered == new
    assert "Of fewer than 5 people no numbers are told." in silent
    asked = {letter.employee for letter in company.letters() if letter.at > company.now.isoformat()[:10]}
    assert asked == {IDS[2]}


def test_of_more_people_small_numbers_are_hidden(company: LetterCompany) -> None:
    """Nearly all are as telling as hardly any; an address that is missing is nobody's answer."""
    company.add(IDS[4], email="")
    company.finish("r2")
    said = told(company)
    assert "Letters written: almost all." in said
    assert "pass in silence: fewer than 5." in said
    assert "People without an e-mail address of their own: 1." in said
    assert "Sending mail: 100 %" in said
    assert not {"9", "10", "12"} & set(said.replace(".", " ").split())

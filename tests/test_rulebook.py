"""Policy files are read before the register is held, once, and anew when somebody edits one meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import publish_right, publishing
from catchlight.desk import Desk
from catchlight.errors import ConfigError
from catchlight.publish_planning import draw
from catchlight.publish_right import Rulebook, read_rules
from catchlight.register import Register, Transaction
from tests.published_company import Company, codes, make_company

SIZES = ("96",)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of three who said yes."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    return company


def test_nothing_is_parsed_while_others_wait(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three people are published with one reading of the files, outside of any transaction."""
    held, read, alone = threading.Event(), list[bool](), Register.alone

    @contextmanager
    def holding(register: Register) -> Iterator[Transaction]:
        with alone(register) as store:
            held.set()
            try:
                yield store
            finally:
                held.clear()

    desk, plan = company.desk(), draw(company.desk(), "r1", SIZES)
    monkeypatch.setattr(Register, "alone", holding)
    monkeypatch.setattr(
        publish_right, "read_rules", lambda home: read.append(held.is_set()) or read_rules(home)
    )
    assert codes(publishing.apply(desk, plan)) == {"sent": 3}
    assert read == [False]


def _editing(company: Company, text: str) -> Desk:
    """Return a desk at whose place publish.toml is edited after the first file is written."""
    desk = company.desk()

    def put(target: str, data: bytes) -> None:
        desk.place.put(target, data)
        (company.home / "publish.toml").write_text(text)

    return replace(desk, place=replace(desk.place, put=put))


def test_an_edit_counts_from_the_next_person_on(company: Company) -> None:
    """Whoever makes a purpose need a yes of its own while publishing runs stops it for everybody still to come."""
    plan = draw(company.desk(), "r1", SIZES)
    results = publishing.apply(_editing(company, 'opt_in = ["intranet"]\n'), plan)
    assert codes(results) == {"sent": 1, "withdrawn": 2}


def test_a_mistake_meanwhile_stops_and_names_the_key(company: Company) -> None:
    """As when it is there from the start."""
    plan = draw(company.desk(), "r1", SIZES)
    with pytest.raises(ConfigError, match="opt_in"):
        publishing.apply(_editing(company, "opt_in = 7\n"), plan)


def test_a_rulebook_follows_files_that_come_and_go(company: Company) -> None:
    """The same record as long as nothing changes."""
    book = Rulebook(company.home)
    first = book.now()
    assert book.now() is first
    (company.home / "review.toml").write_text("[gates]\nbrand = true\n")
    assert (first.brand, book.now().brand) == (False, True)
    (company.home / "review.toml").unlink()
    assert book.now() == first

"""Somebody who is in no run is looked for in the lists of runs alone; the rest of a large company's runs is not read."""

from pathlib import Path

import pytest

from catchlight import known
from catchlight.company import Book, read_book
from catchlight.identities import Ids, Seen, listed, write_ids
from catchlight.known import last_entry, newest_of
from catchlight.records import Answer
from flows.left_out import with_left_out
from tests.letter_company import LetterCompany, make_company
from tests.published_company import make_company as make_published


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the runs that are read as a whole, as it happens."""
    done = list[str]()

    def noted(folder: Path) -> Book:
        done.append(folder.name)
        return read_book(folder)

    monkeypatch.setattr(known, "read_book", noted)
    return done


def test_a_link_for_who_said_no_reads_no_run(tmp_path: Path, read: list[str]) -> None:
    """It is made inside a request, for whoever waits for it, and once more for each letter that waits for the morning."""
    company: LetterCompany = make_company(tmp_path, "ann", "bob", "cid")
    company.answer("ann", Answer.REFUSE)
    company.people.pop("ann")
    company.finish("r2")
    write_ids(company.home, Ids({"ann": Seen(listed("ann"), "ann", email="ann@list.example")}))
    people = with_left_out(company.bureau(), ["ann"]).book.people
    assert people["ann"].portrait.employee.email == "ann@example.com"
    assert read == []


def test_only_the_run_that_has_somebody_is_read(tmp_path: Path, read: list[str]) -> None:
    """Past newer ones, and past one that is damaged."""
    company = make_published(tmp_path)
    pictures = company.run("20260101-000000", {"ana": "a", "bob": "b"})
    for name in ("20260201-000000", "20260301-000000", "20260401-000000"):
        company.run(name, {"ana": "a"})
    (company.home / "runs/20260301-000000/employees.parquet").write_bytes(b"PAR1")
    name, person = newest_of(company.home, "bob")
    assert (name, person and person.portrait.picture) == ("20260101-000000", pictures["bob"])
    assert read == ["20260101-000000"]
    assert newest_of(company.home, "nobody") == ("", None)
    assert last_entry(company.home, "nobody") is None
    assert len(read) == 1

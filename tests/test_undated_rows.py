"""A table's rows that name no day: a no counts when it is taken in, a yes by its file, and what changes nothing is named."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import PAGE, Consent, Word, last_words
from catchlight.desk import open_register
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from flows.commands import review
from tests.published_company import Company, make_company

Take = Callable[..., tuple[int, str]]


def hours(number: float) -> str:
    """Return a moment so many hours from now."""
    return (datetime.now(UTC) + timedelta(hours=number)).isoformat(timespec="microseconds")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company whose portraits are a day old."""
    made = make_company(tmp_path)
    made.run("r1", {"a": "1", "b": "2"})
    for file in (made.home / "vault").rglob("*"):
        if file.is_file():
            os.utime(file, (file.stat().st_mtime - 86400,) * 2)
    return made


@pytest.fixture
def register(company: Company) -> Iterator[Register]:
    """Return the company's register."""
    with closing(open_register(company.home)) as found:
        yield found


@pytest.fixture
def take(company: Company) -> Take:
    """Return what imports a table that was saved so many minutes ago; it returns exit code and words."""

    def done(name: str, rows: str, age: float = 0, columns: str = "employee,answer") -> tuple[int, str]:
        file = company.home.parent / name
        file.write_text(f"{columns}\n{rows}\n", encoding="utf-8")
        os.utime(file, (file.stat().st_mtime - 60 * age,) * 2)
        got = CliRunner().invoke(review.app, ["import", str(file), "--home", str(company.home)])
        return got.exit_code, " ".join(got.output.split())

    return done


def published(company: Company) -> set[str]:
    """Return who would be published."""
    return {one.employee for one in draw(company.desk(), "latest", ("96",)).people}


@pytest.mark.parametrize("no", ["refuse", "keep"])
def test_a_no_of_an_older_file_that_is_imported_later_counts(company: Company, take: Take, no: str) -> None:
    """The copy of a share keeps the day of the file; the import is the act, and the same file again adds nothing."""
    take("yes.csv", "a,approve\nb,approve")
    assert take("no.csv", f"a,{no}", age=5) == (0, "1 answer taken in, 0 were known already, 0 rows refused. 1 name no picture and were taken for the portraits of run r1.")  # fmt: skip
    assert published(company) == {"b"}
    assert "0 answers taken in, 1 was known already" in take("no.csv", f"a,{no}", age=5)[1]
    assert published(company) == {"b"}


@pytest.mark.parametrize("source", [PAGE, "import:yes.csv", "delegate"])
def test_a_no_counts_against_a_yes_of_a_clock_that_ran_ahead(
    company: Company, register: Register, take: Take, source: str
) -> None:
    """Whatever the other machine's clock said; a yes of the person's own is told as theirs."""
    picture = company.run("r1", {"a": "1", "b": "2"})["a"]
    register.add([Decision("a", picture, Answer.APPROVE, "a", hours(2), source=source)])
    code, said = take("no.csv", "a,refuse")
    own = source == PAGE
    assert (code, "they said approve themselves" in said) == (own, own)
    assert published(company) == ({"a"} if own else set())


def test_no_yes_of_a_file_from_before_passes_a_no(company: Company, take: Take) -> None:
    """Neither a copy under another name, nor the list that grows and is saved again; both are told by name."""
    take("yes.csv", "a,approve", age=20)
    take("no.csv", "a,refuse", age=30)
    code, said = take("copy.csv", "a,approve", age=20)
    assert (code, "'a': approve changes nothing: it is of" in said, "refuse of" in said) == (1, True, True), (
        said
    )
    assert "0 answers taken in" in said
    code, said = take("yes.csv", "a,approve\nb,approve")
    assert (code, "'a': approve changes nothing: this file had it before" in said) == (1, True), said
    assert "1 answer taken in" in said
    assert published(company) == {"b"}
    assert take("yes.csv", f"a,approve,{now()}", columns="employee,answer,at")[0] == 0
    assert published(company) == {"a", "b"}


def test_a_new_portrait_is_not_approved_by_the_row_of_a_list_above_a_no(company: Company, take: Take) -> None:
    """Though the list was saved again after the portrait was made."""
    take("yes.csv", "a,approve")
    take("no.csv", "a,refuse", age=5)
    company.run("r2", {"a": "3", "b": "4"})
    assert take("yes.csv", "a,approve\nb,approve")[0] == 1
    assert published(company) == {"b"}


def test_a_newer_yes_is_not_voided_by_the_same_no_again(
    company: Company, register: Register, take: Take
) -> None:
    """Neither one of another list nor the person's own; and a list may say it the other way again."""
    take("no.csv", "a,refuse", age=60)
    assert take("yes.csv", "a,approve")[0] == 0
    code, said = take("no.csv", "a,refuse")
    assert (code, "'a': refuse changes nothing: this file had it before, and approve of" in said) == (1, True)
    assert published(company) == {"a"}
    assert take("yes.csv", "a,keep")[0] == 0
    assert published(company) == set()
    assert take("yes.csv", "a,approve")[0] == 0
    assert published(company) == {"a"}
    picture = company.run("r1", {"a": "1", "b": "2"})["a"]
    register.add([Decision("a", picture, Answer.APPROVE, "a", now(), source=PAGE)])
    assert take("no.csv", "a,refuse")[0] == 0
    assert published(company) == {"a"}


def test_a_no_that_was_lost_before_counts_when_its_file_is_imported_again(
    company: Company, register: Register, take: Take
) -> None:
    """In registers of before, a yes that was saved later stands above it, though it had come first."""
    picture = company.run("r1", {"a": "1", "b": "2"})["a"]
    yes = Decision("a", picture, Answer.APPROVE, "hr", hours(-1), source="import:yes.csv")
    register.add([yes, replace(yes, answer=Answer.REFUSE, at=hours(-2), source="import:no.csv")])
    assert published(company) == {"a"}
    assert take("no.csv", "a,refuse", age=120)[0] == 0
    assert published(company) == set()


def test_a_day_that_is_named_is_kept_and_told_where_it_changes_nothing(company: Company, take: Take) -> None:
    """An older day does not pass a newer one, whatever it says."""
    columns = "employee,answer,at"
    assert take("yes.csv", f"a,approve,{hours(-2)}", columns=columns)[0] == 0
    code, said = take("no.csv", f"a,refuse,{hours(-3)}", columns=columns)
    assert (code, "0 answers taken in" in said, "'a': refuse changes nothing: it is of" in said) == (
        1,
        True,
        True,
    )
    assert published(company) == {"a"}
    assert take("later.csv", f"a,refuse,{hours(-1)}", columns=columns)[0] == 0
    assert published(company) == set()


def test_a_no_to_a_place_counts_likewise(register: Register, take: Take) -> None:
    """Above an older table's yes, never above the person's own later one; and the list that grows passes it not."""

    def chat() -> str:
        return last_words(register.rows(Consent, employee="a"))["chat"].word

    columns = "employee,answer,chat"
    take("yes.csv", "a,approve,yes", columns=columns)
    assert take("no.csv", "a,,no", age=5, columns=columns)[0] == 0
    assert chat() == Word.WITHDRAWN
    code, said = take("yes.csv", "a,approve,yes\nb,approve,yes", columns=columns)
    assert (code, "'a': chat: what this row says changes nothing" in said) == (1, True), said
    assert chat() == Word.WITHDRAWN
    register.add([Consent("a", "chat", Word.GRANTED, "a", now(), source=PAGE)])
    code, said = take("no.csv", "a,,no", age=5, columns=columns)
    assert (code, "'a': chat: what this row says changes nothing" in said) == (1, True), said
    assert chat() == Word.GRANTED

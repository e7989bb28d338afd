"""Where people want to be shown, without a server: from the table that HR keeps."""

import os
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from catchlight.consents import Consent
from catchlight.publish_planning import draw
from catchlight.records import Decision
from catchlight.register import Register, now
from flows.commands import review
from tests.published_company import Company, make_company

OFF = dict.fromkeys(("intranet", "directory", "chat", "hr", "email_signature", "external_web"), "refused")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a run of three people."""
    company = make_company(tmp_path)
    company.run("r1", {"a": "1", "b": "2", "c": "3"})
    return company


def take(company: Company, text: str, name: str = "answers.csv") -> tuple[int, str]:
    """Import a table; return the exit code and what was said."""
    file = company.home.parent / name
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(review.app, ["import", str(file), "--by", "hr", "--home", str(company.home)])
    return done.exit_code, done.output


def words(company: Company, employee: str = "a") -> dict[str, str]:
    """Return somebody's last word on each purpose."""
    rows = Register(company.home / "register.db").rows(Consent, employee=employee)
    return {one.purpose: one.word for one in rows}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("intranet chat", OFF | {"intranet": "granted", "chat": "granted"}),
        ("intranet; External-Web", OFF | {"intranet": "granted", "external_web": "granted"}),
        ("none", OFF),
        ("", {}),
    ],
)
def test_a_list_of_places_is_complete(company: Company, listed: str, said: dict[str, str]) -> None:
    """What is listed is agreed to, everything else is not; an empty cell says nothing."""
    assert take(company, f'employee,answer,places\na,approve,"{listed}"\n')[0] == 0
    assert words(company) == said


def test_a_column_for_each_purpose_says_yes_or_no(company: Company) -> None:
    """In the words that people use; what has no column is not decided, and publishing follows."""
    text = "Employee ID;answer;Chat;Intranet;Website\na;approve;ja;x;\nb;approve;no;No;JA\nc;approve;;;\n"
    assert take(company, text)[0] == 0
    assert words(company) == {"chat": "granted", "intranet": "granted"}
    assert words(company, "b") == {"chat": "refused", "intranet": "refused", "external_web": "granted"}
    assert words(company, "c") == {}
    plan = draw(company.desk(), "latest", ("96",))
    assert {one.employee for one in plan.people} == {"a", "c"}
    assert [(one.employee, one.reason) for one in plan.skipped] == [("b", "declined")]


def test_places_can_change_without_an_answer(company: Company) -> None:
    """Somebody who writes to HR that they want to leave the chat is not asked about their portrait again."""
    take(company, "employee,answer,places\na,approve,intranet chat\n")
    assert take(company, "employee,answer,chat\na,,no\n", "later.csv")[0] == 0
    assert words(company)["chat"] == "withdrawn"
    assert len(Register(company.home / "register.db").rows(Decision)) == 1


def test_the_same_table_twice_adds_nothing_and_undoes_nothing(company: Company) -> None:
    """Also when the person said something else since: their own later word holds."""
    text = "employee,answer,places\na,approve,intranet chat\n"
    first = take(company, text)
    assert "1 person says where they want to be shown, 6 of their words are new" in first[1]
    register = Register(company.home / "register.db")
    register.add([Consent("a", "chat", "withdrawn", "a", now())])
    before = register.rows(Consent)
    saved = (company.home.parent / "answers.csv").stat()
    file = company.home.parent / "answers.csv"
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(saved.st_atime_ns, saved.st_mtime_ns))
    again = CliRunner().invoke(review.app, ["import", str(file), "--by", "hr", "--home", str(company.home)])
    assert "0 of their words are new" in again.output
    assert register.rows(Consent) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("employee,answer,chat\na,approve,maybe\n", "line 2: chat: 'maybe' is neither yes nor no"),
        ("employee,answer,places\na,approve,facebook\n", "line 2: places: 'facebook' is none of intranet"),
        ("employee,answer,chat\na,,yes\na,,no\n", "different places on lines 2, 3; keep one"),
        ("employee,answer,chat\nz,,yes\n", "nobody in run r1 has the id 'z'"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_whole(company: Company, text: str, told: str) -> None:
    """Nothing of it is taken, the others are, and the message says which line and what would do."""
    code, said = take(company, text + "b,approve,\n")
    assert code == 1
    assert told in said
    assert words(company) == {}
    assert len(Register(company.home / "register.db").rows(Decision, employee="b")) == 1
    assert Register(company.home / "register.db").rows(Decision, employee="a") == []


def test_a_table_that_says_it_in_two_ways_is_refused(company: Company) -> None:
    """Which of the two would count nobody could tell."""
    code, said = take(company, "employee,answer,places,chat\na,approve,intranet,yes\n")
    assert code == 2
    assert "has the column places and chat; keep either" in said


def test_the_table_may_be_a_workbook(company: Company) -> None:
    """With cells that Excel itself says are true or false."""
    made, file = Workbook(), company.home.parent / "answers.xlsx"
    for row in (["Employee ID", "Answer", "Chat", "Intranet"], ["a", "approve", True, False]):
        made.active.append(row)
    made.save(file)
    done = CliRunner().invoke(review.app, ["import", str(file), "--by", "hr", "--home", str(company.home)])
    assert done.exit_code == 0, done.output
    assert words(company) == {"chat": "granted", "intranet": "refused"}

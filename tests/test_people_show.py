"""``catchlight people show``: everything that is known of one person, and nothing of anybody else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catchlight.consents import Consent
from catchlight.notices import find_notice, record_notice
from catchlight.policy import Policy
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from flows.commands.people import app
from reports.review.employee_view import NOTICES
from tests.published_company import Company, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which a and b are published, and a said where."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {"a": "1", "b": "2"}, {"b": "review"})
    register = Register(company.home / "register.db")
    notice = record_notice(register, find_notice(Policy(), NOTICES, "en"))
    register.decide([Decision("a", pictures["a"], Answer.APPROVE, "a", now(), source="page", notice=notice)])
    register.add([Consent("a", "chat", "refused", "a", now(), notice, "page")])
    company.answer({"b": pictures["b"]})
    company.publish()
    return company


def show(company: Company, *words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["show", *words, "--home", str(company.home)])


def test_it_is_told_in_plain_words(company: Company) -> None:
    """The portrait, the answer and its notice, each place and why, what is published and since when."""
    (company.home / "destinations.toml").write_text(
        f'[web]\nkind = "folder"\nroot = "{company.out}"\nconsent = "external_web"\n'
    )
    done = show(company, "a")
    assert done.exit_code == 0
    for line in (
        "Portraits, as of run r1:",
        ", every check passed",
        "yes to the portrait, about ",
        "by a, page, was shown portrait 4 (en)",
        "external_web (web): no, needs a yes of its own",
        "chat: no, as they said",
        f"folder:{company.out}  96/a.jpg, since 20",
    ):
        assert line in done.output
    assert "b.jpg" not in done.output


def test_a_program_gets_every_row(company: Company) -> None:
    """As one JSON document, whatever people wrote: nothing in it can steer a terminal."""
    Register(company.home / "register.db").decide(
        [Decision("a", "", Answer.RETRY, "a", now(), comment="\x1b[31mred\u202e")]
    )
    done = show(company, "a", "--json")
    found = json.loads(done.stdout)
    assert [one["answer"] for one in found["answers"]] == ["approve", "retry"]
    assert found["answers"][1]["comment"] == "\x1b[31mred\u202e"
    assert {(one["purpose"], one["word"]) for one in found["consents"]} == {("chat", "refused")}
    assert sorted(one["target"] for one in found["published"]) == ["192@2x/a.jpg", "96/a.jpg"]
    assert {one["employee"] for one in found["receipts"]} == {"a"}
    assert "\x1b" not in done.stdout
    assert "\x1b" not in show(company, "a").stdout


def test_who_left_is_still_found(company: Company) -> None:
    """In the newest run that they were in; what is published of them is told."""
    company.run("r2", {"b": "2"})
    done = show(company, "a")
    assert "Portraits, as of run r1:" in done.output
    assert "96/a.jpg" in done.output


def test_an_id_that_nobody_has_is_said(company: Company) -> None:
    """Nothing is made up, and the command fails."""
    done = show(company, "A")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing is known of 'A'" in done.stderr


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer.REFUSE, "refused"),
        (Answer.KEEP, "the old photo is kept"),
        (None, "nobody has answered yet, and without an answer the old photo stays"),
    ],
)
def test_nobody_may_be_shown_without_a_yes_that_stands(
    tmp_path: Path, answer: Answer | None, why: str
) -> None:
    """Who refused, took it back or never answered may be shown nowhere, whatever they said of places."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {"a": "1"})
    register = Register(company.home / "register.db")
    register.add([Consent("a", "intranet", "granted", "a", now(), source="page")])
    if answer:
        register.decide(
            [Decision("a", pictures["a"], one, "a", now(), source="page") for one in (Answer.APPROVE, answer)]
        )
    (company.home / "destinations.toml").write_text(f'[web]\nkind = "folder"\nroot = "{company.out}"\n')
    assert f"intranet (web): no, {why}\n" in show(company, "a").output

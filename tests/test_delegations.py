"""Who may answer for whom: naming, ending, and what a delegate can and cannot say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catchlight.answering_for import answer_for
from catchlight.bulk_approval import SOURCE as BULK
from catchlight.company import Person
from catchlight.deciding import Code
from catchlight.delegations import LONGEST, Delegations, Named, Wanted
from catchlight.records import Answer, Decision, Employee
from catchlight.register import Register, now
from catchlight.review_records import Delegation
from catchlight.runs import Portrait
from tests.review_company import ReviewCompany, make_review_company

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEOPLE = {
    id_: Person(Portrait(Employee(id_, email=email), None, None))
    for id_, email in {
        "007": "ada@example.com", "b": "Bo@Example.com", "c": "two@example.com", "d": "two@example.com", "e": "",
    }.items()
}  # fmt: skip


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Return an empty register."""
    return Register(tmp_path / "register.db")


@pytest.fixture
def delegations(register: Register) -> Delegations:
    """Return delegations at noon in Berlin's November."""
    return Delegations(register, "Europe/Berlin", lambda: NOON)


def until(days: int) -> str:
    """Return the day so many days after the first."""
    return (NOON + timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize("delegate", ["b", " b ", "bo@example.COM"])
def test_a_colleague_is_named_by_id_or_address(delegations: Delegations, delegate: str) -> None:
    """Upper and lower case of an address do not matter; ids are taken as they are."""
    assert delegations.name(Wanted("007", delegate, until(3), "007"), PEOPLE) == Named.DONE
    assert [(row.employee, row.delegate) for row in delegations.to("b")] == [("007", "b")]
    assert delegations.holds("007", "b")
    assert not delegations.holds("b", "007")


def test_an_address_with_another_letter_is_another_colleague_s(delegations: Delegations) -> None:
    """``weiß`` and ``weiss`` are two people, and only one of them is here; an accent may be written in two ways."""
    people = dict(PEOPLE)
    for id_, email in (("w", "j.weiß@example.com"), ("z", "zoe\u0308@example.com")):
        people[id_] = Person(Portrait(Employee(id_, email=email), None, None))
    assert delegations.name(Wanted("007", "j.weiss@example.com", until(3), "007"), people) == Named.NOBODY
    assert delegations.name(Wanted("007", "J.Weiß@example.com", until(3), "007"), people) == Named.DONE
    assert delegations.name(Wanted("007", "zo\u00eb@example.com", until(3), "007"), people) == Named.DONE


@pytest.mark.parametrize(
    ("delegate", "day", "refused"),
    [
        ("nobody@example.com", 3, Named.NOBODY),
        ("", 3, Named.NOBODY),
        ("7", 3, Named.NOBODY),
        ("two@example.com", 3, Named.SEVERAL),
        ("ada@example.com", 3, Named.SELF),
        ("b", -1, Named.DAY),
        ("b", LONGEST + 1, Named.DAY),
    ],
)
def test_what_cannot_be_is_refused(
    delegations: Delegations, register: Register, delegate: str, day: int, refused: str
) -> None:
    """Nobody is guessed, and no delegation lasts longer than sixty days; nothing is recorded."""
    assert delegations.name(Wanted("007", delegate, until(day), "007"), PEOPLE) == refused
    assert register.rows(Delegation) == []


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "31.12.2026"])
def test_a_day_that_is_none_is_refused(delegations: Delegations, text: str) -> None:
    """A form without a date picker sends whatever was typed."""
    assert delegations.name(Wanted("007", "b", text, "007"), PEOPLE) == Named.DAY


def test_the_last_day_counts_to_its_end_in_the_company_s_clock(register: Register) -> None:
    """Until the 24th means until midnight in Berlin, which is 23:00 in UTC."""
    Delegations(register, "Europe/Berlin", lambda: NOON).name(Wanted("007", "b", until(0), "007"), PEOPLE)
    for hour, holds in ((22, True), (23, False)):
        then = Delegations(register, "Europe/Berlin", lambda hour=hour: NOON.replace(hour=hour, minute=30))
        assert then.holds("007", "b") is holds


def test_somebody_else_must_give_a_reason_and_cannot_name_themselves(delegations: Delegations) -> None:
    """Who names a delegate for a person on leave may not become that delegate."""
    wanted = Wanted("007", "b", until(3), "hr")
    assert delegations.name(wanted, PEOPLE, needs_reason=True) == Named.REASON
    wanted = Wanted("007", "b", until(3), "hr", "parental leave")
    assert delegations.name(wanted, PEOPLE, needs_reason=True, never="b") == Named.NOT_YOU
    assert delegations.name(wanted, PEOPLE, needs_reason=True, never="e") == Named.DONE
    assert [row.why for row in delegations.all()] == ["parental leave"]


def test_a_delegation_is_prolonged_and_ended_by_further_rows(register: Register) -> None:
    """Rows are added, never changed; ending what is not there adds none."""
    ticks = iter(range(100))
    delegations = Delegations(register, clock=lambda: NOON + timedelta(seconds=next(ticks)))
    for days in (3, 9):
        assert delegations.name(Wanted("007", "b", until(days), "007"), PEOPLE) == Named.DONE
    assert [row.until[:10] for row in delegations.of("007")] == [until(10)]
    delegations.end("007", "b", by="b")
    delegations.end("007", "b", by="b")
    delegations.end("007", "e", by="e")
    assert delegations.of("007") == []
    assert [row.by for row in register.rows(Delegation)] == ["007", "007", "b"]


class TestAnswering:
    """What a delegate says about a portrait."""

    @pytest.fixture
    def company(self, tmp_path: Path) -> ReviewCompany:
        """Return a company of two."""
        return make_review_company(tmp_path, 2)

    @pytest.fixture
    def person(self, company: ReviewCompany) -> Callable[[], Person | None]:
        """Return how the person is looked up."""
        return lambda: company.desk().company.book().people.get("p1")

    @staticmethod
    def said(person: Callable[[], Person | None], answer: str, **more: str) -> Decision:
        """Return an answer about the person's portrait."""
        someone = person()
        assert someone
        return Decision("p1", someone.pictures[0], answer, "p2", now(), **more)

    @pytest.mark.parametrize("answer", [Answer.APPROVE, Answer.KEEP, Answer.RETRY])
    def test_three_answers_are_possible(
        self, register: Register, person: Callable[[], Person | None], answer: str
    ) -> None:
        """Each is recorded with who gave it and that it was for somebody else."""
        taken = answer_for(register, self.said(person, answer), person, 3)
        assert taken
        assert taken.code == Code.TAKEN
        assert [(d.answer, d.by, d.source) for d in register.decisions("p1")] == [(answer, "p2", "delegate")]

    @pytest.mark.parametrize("answer", [Answer.REFUSE, Answer.UPLOAD, Answer.HOLD])
    def test_no_other_answer_is(
        self, register: Register, person: Callable[[], Person | None], answer: str
    ) -> None:
        """Nobody leaves, takes part or sends photos on somebody's behalf."""
        with pytest.raises(ValueError, match="cannot be answered"):
            answer_for(register, self.said(person, answer), person, 3)
        assert register.decisions() == []

    @pytest.mark.parametrize("own", [Answer.APPROVE, Answer.KEEP, Answer.REFUSE, Answer.RETRY])
    @pytest.mark.parametrize("answer", [Answer.APPROVE, Answer.KEEP])
    def test_the_person_s_own_word_stands(
        self, register: Register, person: Callable[[], Person | None], own: str, answer: str
    ) -> None:
        """Once they have answered themselves, a delegate changes nothing."""
        register.decide([self.said(person, own, source="page")])
        assert answer_for(register, self.said(person, answer), person, 3) is None
        assert len(register.decisions()) == 1

    @pytest.mark.parametrize("source", ["delegate", "silence", f"{BULK}agreement"])
    def test_what_others_said_for_them_can_be_changed(
        self, register: Register, person: Callable[[], Person | None], source: str
    ) -> None:
        """A delegate may take back what a policy or they themselves said before."""
        register.decide([self.said(person, Answer.APPROVE, source=source)])
        taken = answer_for(register, self.said(person, Answer.KEEP), person, 3)
        assert taken
        assert taken.code == Code.TAKEN

    @pytest.mark.parametrize("answer", [Answer.APPROVE, Answer.KEEP])
    def test_only_a_portrait_of_today_counts(
        self, register: Register, person: Callable[[], Person | None], answer: str
    ) -> None:
        """An old page, or another person's picture, decides nothing."""
        taken = answer_for(register, Decision("p1", "f" * 64, answer, "p2", now()), person, 3)
        assert taken
        assert taken.code == Code.STALE
        assert register.decisions() == []

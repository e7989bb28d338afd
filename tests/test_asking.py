"""Who is written to, and when: questions, reminders, quiet hours."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from catchlight.asking import Case, Question
from catchlight.company import Person
from catchlight.outbox import State
from catchlight.policy import Asking
from catchlight.quiet_hours import opens
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Side, Verdict
from catchlight.review_records import Invitation, Letter
from catchlight.runs import Candidate, Portrait
from tests.letter_company import WEDNESDAY

DAYS = (3, 7, 12)
BERLIN = Asking(timezone="Europe/Berlin")


def person(picture: str = "p2", outcome: str = Outcome.ACCEPT, earlier: Iterable[str] = ()) -> Person:
    """Return Zoë with a portrait of today and earlier ones."""
    render = Render("zoë", "r", "", "" if outcome == Outcome.RETAKE else picture)
    verdict = Verdict("zoë", "r", outcome)
    tries = tuple(Candidate("zoë", "r", one) for one in earlier)
    return Person(Portrait(Employee("zoë"), render, verdict), tries)


def said(answer: str, picture: str, hours: float = 0, side: str = Side.EMPLOYEE) -> Decision:
    """Return an answer given some hours after Wednesday."""
    return Decision("zoë", picture, answer, "zoë", iso(WEDNESDAY + timedelta(hours=hours)), side=side)


def iso(at: datetime) -> str:
    """Return a moment as the register has it."""
    return at.isoformat(timespec="microseconds")


def invitation(picture: str = "p2", id_: str = "i1") -> Invitation:
    """Return Wednesday's invitation, good for two weeks."""
    ends = iso(WEDNESDAY + timedelta(days=14))
    return Invitation(id_, "zoë", picture, "hr", iso(WEDNESDAY), ends, ends)


def letter(kind: str, state: str = State.SENT, day: float = 0, id_: str = "i1") -> Letter:
    """Return a letter's last state, reached some days after Wednesday."""
    at = iso(WEDNESDAY + timedelta(days=day))
    return Letter(f"{kind}-{id_}", "zoë", id_, kind, "mail", "en", state, at)


@pytest.mark.parametrize(
    ("case", "question"),
    [
        (Case(person()), Question.INVITE),
        (Case(None), None),
        (Case(person(outcome=Outcome.RETAKE)), Question.RETAKE),
        (Case(person(), [said(Answer.APPROVE, "p2")]), None),
        (Case(person(), [said(Answer.HOLD, "p2", side=Side.BRAND)]), Question.INVITE),
        (Case(person(), [said(Answer.APPROVE, "p1")]), Question.INVITE),
        (Case(person(), [said(Answer.KEEP, "p1")]), None),
        (Case(person(), [replace(said(Answer.KEEP, "p1"), source="delegate")]), Question.INVITE),
        (Case(person(), [replace(said(Answer.KEEP, "p2"), source="delegate")]), None),
        (Case(person(), [said(Answer.REFUSE, "")]), None),
        (Case(person(), [said(Answer.RETRY, "p2")]), None),
        (Case(person(), [said(Answer.RETRY, "p1")]), Question.AGAIN),
        (Case(person(), [said(Answer.UPLOAD, "p1")]), Question.AGAIN),
        (Case(person(earlier=["p1"]), [said(Answer.RETRY, "p1")]), Question.AGAIN),
        (Case(person(earlier=["p1"]), [said(Answer.RETRY, "p1"), said(Answer.APPROVE, "p1", 1)]), None),
        (Case(person(outcome=Outcome.RETAKE, earlier=["p1"]), [said(Answer.RETRY, "p1")]), None),
    ],
)
def test_what_a_person_is_asked(case: Case, question: Question | None) -> None:
    """Nobody is asked about what they answered, or while they wait for us; a new portrait is a new question."""
    assert case.question() == question


def test_a_try_that_changed_nothing_is_told_once_it_was_made() -> None:
    """The run that began after the answer shows the same portrait: the person gets a letter; a comment alone waits to be read."""
    tagged = replace(said(Answer.RETRY, "p2"), tags="softer_light")
    made = iso(WEDNESDAY + timedelta(hours=1))
    case = Case(person(), [tagged], [invitation()], letters=[letter("invite")])
    assert case.question() is None
    assert replace(case, made=made).question() == Question.UNCHANGED
    assert replace(case, made=made, still=True).question() is None
    assert replace(case, made=made).due(WEDNESDAY + timedelta(hours=2), DAYS, start=False) == "unchanged"
    assert replace(case, answers=[said(Answer.RETRY, "p2")], made=made).question() is None
    assert replace(case, answers=[said(Answer.UPLOAD, "p2")], made=made).question() is None


def test_a_try_that_failed_is_told_once_it_was_made() -> None:
    """Who asked for another try is asked for a photo only when a run began after that and found no way."""
    case = Case(person(outcome=Outcome.RETAKE, earlier=["p1"]), [said(Answer.RETRY, "p1", hours=1)])
    assert replace(case, made=iso(WEDNESDAY)).question() is None
    assert replace(case, made=iso(WEDNESDAY + timedelta(hours=2))).question() == Question.RETAKE


@pytest.mark.parametrize(
    ("day", "letters", "kind"),
    [
        (0, [], "invite"),
        (1, [letter("invite", State.QUEUED)], ""),
        (1, [letter("invite")], ""),
        (3, [letter("invite")], "remind-3"),
        (3, [letter("invite", day=1)], ""),
        (4, [letter("invite"), letter("remind-3", State.QUEUED, 3)], ""),
        (8, [letter("invite")], "remind-7"),
        (8, [letter("invite"), letter("remind-3", day=3)], "remind-7"),
        (8, [letter("invite"), letter("remind-7", day=7)], ""),
        (8, [letter("invite", State.QUEUED)], ""),
        (8, [letter("invite", State.SENDING)], "remind-7"),
        (8, [letter("invite", State.FAILED)], ""),
        (8, [letter("invite", State.DROPPED)], "invite"),
        (13.9, [letter("invite"), letter("remind-12", day=12)], ""),
    ],
)
def test_when_a_person_is_reminded(day: float, letters: list[Letter], kind: str) -> None:
    """Each reminder once, the last of those that are due, and only after a letter that left."""
    case = Case(person(), invitations=[invitation()], letters=letters)
    assert case.due(WEDNESDAY + timedelta(days=day), DAYS, start=True) == kind


def test_nobody_is_reminded_after_an_answer_or_the_deadline() -> None:
    """An answer ends the reminders at once; after the deadline only a new invitation could follow."""
    asked = Case(person(), invitations=[invitation()], letters=[letter("invite")])
    assert asked.due(WEDNESDAY + timedelta(days=12), DAYS, start=False) == "remind-12"
    answered = replace(asked, answers=[said(Answer.APPROVE, "p2", 24)])
    assert answered.due(WEDNESDAY + timedelta(days=12), DAYS, start=False) == ""
    assert asked.due(WEDNESDAY + timedelta(days=14), DAYS, start=False) == ""


def test_reminding_asks_nobody_for_the_first_time() -> None:
    """Only who was asked, or waits for another try, hears from us without an invitation by HR."""
    now = WEDNESDAY + timedelta(days=1)
    assert Case(person()).due(now, DAYS, start=False) == ""
    assert Case(person(), [said(Answer.APPROVE, "p1")]).due(now, DAYS, start=False) == ""
    assert Case(person(), [said(Answer.RETRY, "p1")]).due(now, DAYS, start=False) == Question.AGAIN


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (Case(person(), invitations=[invitation()]), ""),
        (Case(None, invitations=[invitation()]), "not in the newest run"),
        (Case(person("p3"), invitations=[invitation()]), "there is a newer portrait"),
        (Case(person(), [said(Answer.KEEP, "p2", 1)], [invitation()]), "there is an answer"),
        (Case(person(), invitations=[invitation()], revoked=frozenset(["i1"])), "the link was withdrawn"),
    ],
)
def test_why_a_waiting_letter_must_not_leave(case: Case, why: str) -> None:
    """What happened since it was queued is looked at just before it leaves."""
    assert case.against(letter("invite"), WEDNESDAY + timedelta(days=2)) == why


def test_a_letter_does_not_leave_after_its_deadline() -> None:
    """A server that was down for two weeks sends no stale invitation."""
    case = Case(person(), invitations=[invitation()])
    assert case.against(letter("invite"), WEDNESDAY + timedelta(days=15)) == "the deadline has passed"


def utc(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-06-03T10:00", "2026-06-03T10:00"),  # Wednesday noon
        ("2026-06-03T16:00", "2026-06-04T06:00"),  # 18:00 in summer
        ("2026-06-03T15:59", "2026-06-03T15:59"),
        ("2026-06-04T05:59", "2026-06-04T06:00"),
        ("2026-06-05T20:00", "2026-06-08T06:00"),  # Friday evening: Monday morning
        ("2026-06-06T10:00", "2026-06-08T06:00"),
        ("2026-10-23T17:00", "2026-10-26T07:00"),  # over the weekend on which summer time ends
        ("2026-03-27T18:00", "2026-03-30T06:00"),  # and on which it begins
    ],
)
def test_quiet_hours_are_those_of_the_wall_clock(at: str, leaves: str) -> None:
    """Evenings, nights and weekends of the company's own time zone are quiet, summer and winter."""
    assert opens(utc(at), BERLIN) == utc(leaves)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice() -> None:
    """On the night on which clocks go back a letter never waits for a moment that has passed."""
    odd = Asking(timezone="Europe/Berlin", weekends=True, quiet_from=time(22), quiet_until=time(2, 30))
    first, second = utc("2026-10-25T00:10"), utc("2026-10-25T01:10")  # 02:10 twice
    assert opens(first, odd) == utc("2026-10-25T00:30")
    assert opens(second, odd) == utc("2026-10-25T01:30")


def test_quiet_hours_that_end_in_the_hour_that_never_comes() -> None:
    """On the night on which clocks go forward the letter leaves after the gap."""
    odd = Asking(timezone="Europe/Berlin", weekends=True, quiet_from=time(22), quiet_until=time(2, 30))
    assert opens(utc("2026-03-29T00:30"), odd) == utc("2026-03-29T01:30")


def test_quiet_hours_can_lie_in_the_day_or_be_none() -> None:
    """A siesta, and a company that never sleeps."""
    siesta = Asking(quiet_from=time(12), quiet_until=time(15))
    assert opens(utc("2026-06-03T13:00"), siesta) == utc("2026-06-03T15:00")
    assert opens(utc("2026-06-03T23:00"), siesta) == utc("2026-06-03T23:00")
    never = Asking(quiet_from=time(0), quiet_until=time(0), weekends=True)
    assert opens(utc("2026-06-06T03:00"), never) == utc("2026-06-06T03:00")

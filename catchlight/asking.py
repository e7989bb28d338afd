"""Who is to be written to, and about what: one question a person, reminders, and when to stop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from catchlight.answers import chosen, standing
from catchlight.coming_back import is_return
from catchlight.company import Person
from catchlight.deadlines import prolonged
from catchlight.invitations import about, is_answered, live
from catchlight.out_of_reach import out_of_reach
from catchlight.outbox import State, newest
from catchlight.own_word import DELEGATE, heard
from catchlight.records import Answer, Decision, Outcome, Side, by_employee
from catchlight.review_records import Extension, Invitation, Letter, Revocation

LINK = "link"  # the kind of a letter that only brings somebody to their page: it stops at no answer
_REMIND = "remind-"
_WAITS = (Answer.RETRY, Answer.UPLOAD)
_LEFT = (State.SENDING, State.SENT)


class Question(StrEnum):
    """What a person is asked; also the kind of the letter that asks it."""

    INVITE = "invite"  # here is your portrait
    AGAIN = "again"  # here is the portrait after your answer to an earlier one
    RETAKE = "retake"  # please send another photo
    UNCHANGED = (
        "unchanged"  # another try was made and came out the same: please send a better photo, or choose
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One person of the newest run (None for somebody who is not in it) and what the register says of them.

    ``made`` is when the run was finished, ``letters`` are the last states of their letters,
    ``prolonged`` says when an invitation was given more time, ``still`` that no run made the other try that they asked for.
    """

    person: Person | None
    answers: list[Decision] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    revoked: frozenset[str] = frozenset()
    letters: list[Letter] = field(default_factory=list)
    made: str = ""
    prolonged: Mapping[str, str] = field(default_factory=dict)
    still: bool = False

    @property
    def picture(self) -> str:
        """The picture that the person is asked about, "" where a photo is asked for."""
        return (self.person.pictures or ("",))[0] if self.person else ""

    @property
    def unread(self) -> bool:
        """Whether there is a photo of the person that could not be had here: nothing that they could do about."""
        render = self.person.portrait.render if self.person else None
        return bool(render and out_of_reach(render.reason))

    @property
    def own(self) -> list[Decision]:
        """What the person answered, or somebody for them; not what the brand said."""
        return [answer for answer in self.answers if answer.side == Side.EMPLOYEE]

    def question(self) -> Question | None:
        """Return what the person is to be asked now; None when they answered, or wait for us."""
        if self.person is None:
            return None
        own, pictures = self.own, self.person.pictures
        if not own:
            return Question.INVITE if pictures else self._retake()
        last = own[-1]
        settled = standing(own, chosen(own, pictures)) in (Answer.APPROVE, Answer.KEEP, Answer.REFUSE)
        if settled and not self._was_stood_in_for(last):
            return None
        waits = last.answer in _WAITS
        if pictures and last.picture != self.picture:
            return Question.AGAIN if waits and not is_return(last) else Question.INVITE
        if waits and (self.made <= last.at or self.still):
            return None
        return self._retake() or self._unchanged(last)

    def _was_stood_in_for(self, last: Decision) -> bool:
        """Whether a delegate kept the old photo for them when there was an earlier portrait: of this one nobody was asked."""
        kept = last.answer == Answer.KEEP and last.source.startswith(DELEGATE)
        return kept and last.picture != self.picture

    def _retake(self) -> Question | None:
        verdict = self.person.portrait.verdict if self.person else None
        asks = verdict and verdict.outcome == Outcome.RETAKE and not self.unread
        return Question.RETAKE if asks else None

    def _unchanged(self, last: Decision) -> Question | None:
        """Return that a try which they gave reasons for changed nothing; a comment alone waits for somebody to read it."""
        return Question.UNCHANGED if self.picture and last.answer == Answer.RETRY and last.tags else None

    def standing_invitation(self, now: datetime) -> Invitation | None:
        """Return the invitation that still asks today's question, if there is one."""
        return live(self.invitations, self.revoked, self.answers, self.picture, now)

    def due(self, now: datetime, remind: Iterable[int], *, start: bool, again: bool = False) -> str:
        """Return the kind of letter that the person is to get now, "" for none.

        Without ``start`` nobody is asked for the first time: they get what an earlier question, or an
        answer of theirs, calls for. Of several reminders that are due only the last one is. Who let a deadline
        pass is asked about the same portrait only ``again``.
        """
        question, invitation = self.question(), self.standing_invitation(now)
        if question is None or (self.fell_silent(now) and not again):
            return ""
        asked = self._about(invitation) if invitation else []
        if not any(letter.state != State.DROPPED for letter in asked):
            follows = any(answer.answer in _WAITS for answer in self.own[-1:])
            return question if start or follows or asked else ""
        left = [datetime.fromisoformat(letter.at) for letter in asked if letter.state in _LEFT]
        if not left or not invitation:
            return ""
        days = [*remind, *_day_after(self.prolonged.get(invitation.id, ""), min(left))]
        return self._reminder(now, min(left), asked, days)

    def fell_silent(self, now: datetime) -> bool:
        """Whether a letter asked today's question, its deadline passed, and no answer came."""
        if self.question() is None or self.standing_invitation(now):
            return False
        tried = (*_LEFT, State.FAILED)
        asked = about(self.invitations, self.revoked, self.answers, self.picture)
        return any(letter.state in tried for one in asked for letter in self._about(one))

    def reached(self, now: datetime) -> bool:
        """Whether no letter about today's question came back, or one of an earlier term did not."""
        standing = self.standing_invitation(now)
        asked = [standing] if standing else about(self.invitations, self.revoked, self.answers, self.picture)
        states = {letter.state for one in asked for letter in self._about(one)}
        return State.FAILED not in states or (standing is None and bool(states & set(_LEFT)))

    def _about(self, invitation: Invitation) -> list[Letter]:
        return [letter for letter in self.letters if letter.invitation == invitation.id]

    def _reminder(self, now: datetime, since: datetime, asked: list[Letter], remind: Iterable[int]) -> str:
        day = max((day for day in remind if since + timedelta(days=day) <= now), default=0)
        known = max((_day(letter.kind) for letter in asked), default=0)
        return f"{_REMIND}{day}" if day > known else ""

    def against(self, letter: Letter, now: datetime) -> str:
        """Return why a letter that waits must not leave any more, "" when it may."""
        if self.person is None:
            return "not in the newest run"
        invitation = next((one for one in self.invitations if one.id == letter.invitation), None)
        if invitation is None or invitation.id in self.revoked:
            return "the link was withdrawn"
        if datetime.fromisoformat(invitation.expires) <= now:
            return "the deadline has passed"
        if invitation.picture != self.picture:
            return "there is a newer portrait"
        if letter.kind == LINK:
            return "there is an answer" if is_answered(invitation, self.answers) else ""
        closed = "their photo is there and cannot be read here" if self.unread else "there is an answer"
        return "" if self.standing_invitation(now) and self.question() else closed


def _day_after(moment: str, since: datetime) -> list[int]:
    """Return the day of a reminder that tells of more time, counted as the others: from the first letter."""
    return [(datetime.fromisoformat(moment) - since).days + 1] if moment else []


def _day(kind: str) -> int:
    return int(kind.removeprefix(_REMIND)) if kind.startswith(_REMIND) else 0


@dataclass(frozen=True, slots=True)
class Records:
    """What the register says of everybody, by employee id."""

    answers: Mapping[str, list[Decision]]
    invitations: Mapping[str, list[Invitation]]
    letters: Mapping[str, list[Letter]]
    revoked: frozenset[str]
    prolonged: Mapping[str, str] = field(default_factory=dict)

    def case(self, id_: str, person: Person | None, made: str) -> Case:
        """Return one person's case."""
        return Case(
            person,
            self.answers.get(id_, []),
            self.invitations.get(id_, []),
            self.revoked,
            self.letters.get(id_, []),
            made,
            self.prolonged,
        )


def gather(
    answers: Iterable[Decision],
    invitations: Iterable[Invitation],
    letters: Iterable[Letter],
    revocations: Iterable[Revocation],
    extensions: Iterable[Extension] = (),
) -> Records:
    """Sort rows of the register by person; letters are reduced to their last state, invitations say what holds now."""
    extensions = list(extensions)
    return Records(
        by_employee(heard(answers)),
        by_employee(prolonged(invitations, extensions)),
        by_employee(newest(letters).values()),
        frozenset(row.invitation for row in revocations),
        {row.invitation: row.at for row in extensions},
    )

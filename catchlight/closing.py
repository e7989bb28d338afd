"""After the deadline: who gave no answer, and whom a policy speaks for. Silence alone is never a yes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from catchlight.company import Company, Person
from catchlight.deadlines import invitations
from catchlight.outbox import State, newest
from catchlight.own_word import SILENCE
from catchlight.policy import Policy, Rule
from catchlight.records import Answer, Decision, Outcome, Side, by_employee
from catchlight.register import Register, Transaction
from catchlight.review_records import Invitation, Letter, Revocation

SOURCE = SILENCE


@dataclass(frozen=True, slots=True)
class Closing:
    """The answers that policies give, and how many are silent whose old photo stays."""

    decisions: tuple[Decision, ...] = ()
    others: int = 0


def close(
    home: Path, register: Register, policy: Policy, at: datetime | None = None, *, dry: bool = False
) -> Closing:
    """Answer for those whose deadline passed in silence, where a policy of their legal entity says so.

    Counted are only people who were asked about exactly the portrait of the newest run, whom the letter
    reached as far as is known, and who never gave an answer of their own. Nothing is written when ``dry``.
    """
    people, at = Company(home).book().people, at or datetime.now(UTC)
    with register.alone() as store:
        known = _Known.of(store)
        silent = [person for person in people.values() if known.is_silent(person, at)]
        ruled = [(person, _rule(person, policy)) for person in silent]
        decisions = tuple(_decision(person, rule, at) for person, rule in ruled if rule)
        if not dry:
            store.add(decisions)
    return Closing(decisions, len(silent) - len(decisions))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register holds of the asking: by employee, and of links by invitation."""

    asked: Mapping[str, list[Invitation]]
    said: Mapping[str, list[Decision]]
    revoked: frozenset[str]
    letters: Mapping[str, list[Letter]]

    @staticmethod
    def of(store: Transaction) -> "_Known":
        """Read it all at once."""
        asked = by_employee(invitations(store.rows))
        said = by_employee(store.rows(Decision, side=Side.EMPLOYEE))
        letters = defaultdict(list)
        for letter in store.rows(Letter):
            letters[letter.invitation].append(letter)
        return _Known(asked, said, frozenset(row.invitation for row in store.rows(Revocation)), letters)

    def is_silent(self, person: Person, at: datetime) -> bool:
        """Whether somebody was asked about today's portrait, the deadline passed, and no answer came."""
        today = person.portrait.picture
        asked = [
            one
            for one in self.asked.get(person.id, [])
            if one.picture == today and one.id not in self.revoked
        ]
        if not today or not asked or datetime.fromisoformat(max(one.deadline for one in asked)) > at:
            return False
        if not any(_reached(self.letters.get(one.id, [])) for one in asked):
            return False
        return not any(one.source != SOURCE or one.picture == today for one in self.said.get(person.id, []))


def _reached(letters: Iterable[Letter]) -> bool:
    """Whether a letter left and did not come back: nobody's silence counts who may never have been asked."""
    return any(letter.state == State.SENT for letter in newest(letters).values())


def _rule(person: Person, policy: Policy) -> Rule | None:
    """Return the rule that speaks for somebody; only portraits without a flag are published so."""
    made, verdict = person.portrait.render, person.portrait.verdict
    if not made or not verdict or verdict.outcome != Outcome.ACCEPT:
        return None
    return policy.silence_of(person.portrait.employee, made.rung)


def _decision(person: Person, rule: Rule, at: datetime) -> Decision:
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return Decision(
        person.id, person.portrait.picture, Answer.APPROVE, f"policy: {rule.basis}", when, source=SOURCE
    )

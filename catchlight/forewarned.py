"""Whom silence may speak for: an agreement counts where the last letter that reached the person named it as it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catchlight.company import Person
from catchlight.deadlines import invitations
from catchlight.outbox import PAPER, State, newest
from catchlight.own_word import SILENCE
from catchlight.policy import Policy, Rule
from catchlight.records import Decision, Outcome, Side, by_employee
from catchlight.review_records import Invitation, Letter, Revocation
from catchlight.spoken import spoken


def covering(person: Person, policy: Policy) -> Rule | None:
    """Return the rule of today under which somebody's silence could be a yes; only for portraits without a flag."""
    made, verdict = person.portrait.render, person.portrait.verdict
    if not made or not made.picture or not verdict or verdict.outcome != Outcome.ACCEPT:
        return None
    return policy.silence_of(person.portrait.employee, made.rung)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the register holds of the asking, by employee, and of links that ended."""

    invitations: Mapping[str, list[Invitation]]
    said: Mapping[str, list[Decision]]
    revoked: frozenset[str]
    letters: Mapping[str, list[Letter]]

    @staticmethod
    def of(rows: Callable[..., list[Any]], employee: str = "") -> "Asked":
        """Read it all at once, of everybody or of one person."""
        where = {"employee": employee} if employee else {}
        return Asked(
            by_employee(invitations(rows, **where)),
            by_employee(spoken(rows, side=Side.EMPLOYEE, **where)),
            frozenset(row.invitation for row in rows(Revocation)),
            by_employee(newest(rows(Letter, **where)).values()),
        )

    def about(self, person: Person) -> list[Invitation]:
        """Return the invitations that ask somebody about today's portrait."""
        today, asked = person.portrait.picture, self.invitations.get(person.id, [])
        return [one for one in asked if today and one.picture == today and one.id not in self.revoked]

    def reached(self, person: Person) -> list[Letter]:
        """Return the letters about it that left and did not come back, the last one last."""
        ours = {one.id for one in self.about(person)}
        found = [one for one in self.letters.get(person.id, []) if one.invitation in ours]
        return sorted((one for one in found if one.state == State.SENT), key=lambda one: one.at)

    def answered(self, person: Person) -> bool:
        """Whether somebody ever gave an answer, or their silence was counted for today's portrait already."""
        today = person.portrait.picture
        return any(one.source != SILENCE or one.picture == today for one in self.said.get(person.id, []))

    def rule(self, person: Person, policy: Policy) -> Rule | None:
        """Return the rule that speaks for somebody as long as they are silent, None where the old photo stays."""
        rule = covering(person, policy)
        told = [one.told for one in self.reached(person) if one.channel != PAPER]
        named = rule and told and told[-1] == rule.named
        return rule if named and not self.answered(person) else None


def spoken_for(people: Iterable[Person], policy: Policy, rows: Callable[..., list[Any]]) -> dict[str, str]:
    """Return of everybody whose silence will count, or counts by now, the agreement by which it does."""
    covered = [person for person in people if covering(person, policy)]
    asked = Asked.of(rows) if covered else None
    rules = {person.id: asked.rule(person, policy) for person in covered} if asked else {}
    return {id_: rule.basis for id_, rule in rules.items() if rule}

"""The agreements that let silence, or HR in bulk, say yes for people: such a yes counts only as long as one is named."""

from collections.abc import Iterable
from dataclasses import dataclass

from catchlight.company import Person
from catchlight.own_word import BULK, SILENCE
from catchlight.policy import Rule
from catchlight.records import Answer, Decision, Side

BY = "policy: "
"""How it begins who said yes for somebody who was silent; the agreement follows."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """The rules of review.toml as they are now."""

    silence: tuple[Rule, ...] = ()
    bulk: tuple[Rule, ...] = ()

    def lapsed(self, answers: Iterable[Decision], person: Person, picture: str) -> bool:
        """Whether somebody's yes to a picture is by an agreement that does not cover them any more."""
        theirs = (one for one in answers if one.side == Side.EMPLOYEE and one.picture == picture)
        last = next(reversed([one for one in theirs if one.answer == Answer.APPROVE]), None)
        if last is None or not last.source.startswith((SILENCE, BULK)):
            return False
        rules = self.silence if last.source.startswith(SILENCE) else self.bulk
        basis = last.by.removeprefix(BY) if rules is self.silence else last.source.removeprefix(BULK)
        staff, rung = person.portrait.employee, person.rung_of(picture)
        return not any(rule.basis == basis and rule.covers(staff, rung) for rule in rules)

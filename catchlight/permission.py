"""May we do this for this person, and why not? The one place that answers it, for every act and every place.

Asked when something is planned, and again right before it is done.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catchlight import consents
from catchlight.consents import Consent, Word
from catchlight.desk import register_of
from catchlight.own_word import heard
from catchlight.promises import ACTS, EDIT, PUBLICATION, Promises, load_promises
from catchlight.records import Answer, Decision, Employee, Side, by_employee
from catchlight.register import Register
from catchlight.spoken import with_words

WHY: Mapping[str, str] = {
    Answer.REFUSE: "they said that their photo shall not be processed",
    consents.DECLINED: "they said no to this",
    consents.NOT_AGREED: "their yes to this is not recorded, and it needs one",
    consents.NOT_WRITTEN: "their written yes to this is not recorded, and the law where they are asks for one",
    consents.NEVER: "trust.toml rules it out where they are",
}


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an act is allowed for somebody: "" or a stable code why not."""

    code: str = ""

    def __bool__(self) -> bool:
        """Whether it is allowed."""
        return not self.code

    @property
    def is_own_no(self) -> bool:
        """Whether the person themselves said no."""
        return self.code in {Answer.REFUSE, consents.DECLINED}

    @property
    def why(self) -> str:
        """What stands against it, "" for nothing."""
        return WHY.get(self.code, "")


@dataclass(frozen=True, slots=True)
class Permissions:
    """What people said and what a company promises, as of one moment."""

    trust: Promises = field(default_factory=Promises)
    said: Mapping[str, Sequence[Consent]] = field(default_factory=dict)
    refused: Collection[str] = ()
    opt_in: Collection[str] = ()

    @staticmethod
    def of(
        trust: Promises, heard: Iterable[Decision], words: Iterable[Consent], opt_in: Collection[str] = ()
    ) -> "Permissions":
        """Return what holds by the answers that count, as :func:`catchlight.spoken.spoken` has them, and by all words."""
        own = by_employee(one for one in heard if one.side == Side.EMPLOYEE)
        refused = frozenset(who for who, answers in own.items() if answers[-1].answer == Answer.REFUSE)
        said = by_employee(words)
        back = {who for who, answers in own.items() if who in said and _came_back(answers)}
        return Permissions(
            trust,
            {who: _but_noes(them) if who in back else them for who, them in said.items()},
            refused,
            opt_in,
        )

    def may(self, person: Employee, purpose: str) -> Permission:
        """Return whether a purpose (``edit`` … or one of destinations) is allowed for somebody."""
        if person.id in self.refused:
            return Permission(Answer.REFUSE)
        needs = self.trust.needs(purpose if purpose in ACTS else PUBLICATION, person.country)
        said = self.said.get(person.id, ())
        return Permission(consents.against(said, purpose, opt_in=purpose in self.opt_in, needs=needs))

    def barred(self, people: Iterable[Employee]) -> dict[str, Permission]:
        """Return whose photos may not be processed at all, by id."""
        asked = {person.id: self.may(person, EDIT) for person in people}
        return {id_: found for id_, found in asked.items() if not found}


def read_permissions(home: Path, employee: str = "") -> Permissions:
    """Return what holds now for everybody of a home, or for one person."""
    trust, where = load_promises(home), register_of(home)
    if isinstance(where, Path) and not where.is_file():
        return Permissions(trust)
    register, of = Register(where), {"employee": employee} if employee else {}
    try:
        with register.reading() as store:
            words = store.rows(Consent, **of)
            answers = with_words(store.rows(Decision, side=Side.EMPLOYEE.value, **of), words)
    finally:
        register.close()
    return Permissions.of(trust, heard(answers), words)


def _came_back(answers: Sequence[Decision]) -> bool:
    """Whether the last that somebody said of portraits being made of them asks for one: to keep the old photo says nothing of it."""
    said = [one.answer for one in answers if one.answer != Answer.KEEP]
    return said[-1:] != [Answer.REFUSE]


def _but_noes(words: Iterable[Consent]) -> list[Consent]:
    """Return somebody's words without the noes to being processed that they took back by an answer."""
    return [one for one in words if one.purpose != EDIT or one.word == Word.GRANTED]

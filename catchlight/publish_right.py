"""Whether somebody may be shown somewhere: by their answers, the brand's, and what they agreed to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catchlight import consents, policy, promises, publish_policy
from catchlight.agreements import Agreements
from catchlight.answers import NO_ANSWER, NO_BRAND, OLDER_PICTURE, chosen, clearance
from catchlight.company import Person
from catchlight.consents import Consent
from catchlight.desk import Desk
from catchlight.own_word import heard
from catchlight.painted_then import UNPAINTED, is_painted, stands_painted
from catchlight.permission import Permissions
from catchlight.place import Purpose
from catchlight.policy import load_policy
from catchlight.promises import EDIT, Promises, load_promises
from catchlight.publish_policy import load_publishing
from catchlight.records import Answer, Decision, Employee, Outcome, Receipt, by_employee
from catchlight.spoken import with_words
from catchlight.transaction import Transaction

_EDIT = {code: f"edit_{code}" for code in (consents.NOT_AGREED, consents.NOT_WRITTEN, consents.NEVER)}
"""Why no photo of somebody may be changed, by why the act is not allowed."""

LAPSED = "lapsed"
LEFT, OUTSIDE, MISSING = "left", "outside", "missing"
ABSENT = (LEFT, OUTSIDE, MISSING, *_EDIT.values())
"""Why somebody is in no run of the whole company, but for their own no."""

WHY: Mapping[str, str] = {
    NO_ANSWER: "nobody has answered yet, and without an answer the old photo stays",
    OLDER_PICTURE: "the answer was about an older picture; ask again",
    Answer.KEEP: "the old photo is kept",
    Answer.RETRY: "another try was asked for",
    Answer.UPLOAD: "another photo will be sent",
    Answer.REFUSE: "refused",
    Answer.HOLD: "the brand owner holds it back",
    NO_BRAND: "the brand owner has not said yes yet",
    "no_portrait": "the run made no portrait",
    "no_verdict": "the portrait was not judged; let the run finish",
    Outcome.RETAKE: "a new photo is needed",
    consents.DECLINED: "they do not want to be shown there",
    consents.NOT_AGREED: "they have not agreed to be shown there, and this place needs it",
    consents.NOT_WRITTEN: "their written yes to be shown there is not recorded, and where they are it is needed",
    consents.NEVER: "trust.toml rules out showing people of their country there",
    _EDIT[
        consents.NOT_AGREED
    ]: "they have not agreed that their photo is changed, and where they are it is needed",
    _EDIT[
        consents.NOT_WRITTEN
    ]: "their written yes that their photo is changed is not recorded, and where they are it is needed",
    _EDIT[consents.NEVER]: "trust.toml rules out changing photos of people of their country",
    UNPAINTED: "a model painted a part of it, and they do not agree to that any more; the next run makes it without",
    LAPSED: "their silence, or HR in bulk, had said yes by an agreement that review.toml does not name for them any more; put it back there if that is a slip, else ask them by name",
    LEFT: "no longer with the company",
    OUTSIDE: "outside of the people that the job is about",
    MISSING: "the list has them, and this run does not, as where an id waits for catchlight people confirm",
    "replaced": "files that their newer ones take the place of",
}


SILENT = "nobody has answered yet; once their deadline has passed, catchlight review close counts that as a yes by {basis}"
"""Why somebody is not published yet whose silence an agreement speaks for, as their letter said."""


def why(reason: str, basis: str = "") -> str:
    """Return why somebody is not shown, in a sentence; ``basis`` is the agreement that speaks for them if they stay silent."""
    return SILENT.format(basis=basis) if basis and reason == NO_ANSWER else WHY[reason]


_NEVER = (Answer.REFUSE, consents.DECLINED, consents.NEVER, _EDIT[consents.NEVER])
_FILES = (policy.FILE, promises.FILE, publish_policy.FILE)
_OPEN = (Answer.APPROVE, NO_ANSWER, OLDER_PICTURE, NO_BRAND)
"""How somebody's answers stand where their portrait may be shown, or may be once they or the brand say yes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a company's settings say of who may be shown: review.toml, trust.toml, publish.toml."""

    brand: bool
    promises: Promises
    opt_in: tuple[Purpose, ...]
    agreements: Agreements


def read_rules(home: Path) -> Rules:
    """Return the rules of a home folder; ConfigError names the file and key that is wrong."""
    said = load_policy(home)
    agreements = Agreements(said.silence, said.bulk)
    return Rules(said.gates.brand, load_promises(home), load_publishing(home).opt_in, agreements)


class Rulebook:
    """The rules of a home folder as they are now, read again only when one of their files changed; threads may share it."""

    def __init__(self, home: Path) -> None:
        """Look into a home folder."""
        self._home = home
        self._known: tuple[list[object], Rules] | None = None

    def now(self) -> Rules:
        """Return what holds now; ConfigError as :func:`read_rules`."""
        stamps, known = [_stamp(self._home / file) for file in _FILES], self._known
        if known is None or known[0] != stamps:
            known = self._known = stamps, read_rules(self._home)
        return known[1]


def _stamp(file: Path) -> object:
    try:
        about = file.stat()
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything that decides who may be shown at one place."""

    purpose: str
    brand: bool
    answers: Mapping[str, Sequence[Decision]]
    permissions: Permissions
    agreements: Agreements
    home: Path | None = None  # where runs are looked up; None looks at none

    def of(self, person: Person) -> tuple[str, str]:
        """Return ``approve`` and the picture that may be published; else why none may be, and "".

        That is the one of their pictures that a person spoke of last.
        """
        answers = self.answers.get(person.id, ())
        if not person.pictures:
            return _no_picture(person), ""
        picture = chosen(answers, person.pictures)
        reason = clearance(answers, picture, brand=self.brand)
        if reason == Answer.APPROVE:
            reason = self._barred(person.portrait.employee) or reason
        if reason == Answer.APPROVE and self.agreements.lapsed(answers, person, picture):
            reason = LAPSED
        if reason == Answer.APPROVE and is_painted(person, picture, self.said(person.id)):
            reason = UNPAINTED
        return reason, picture if reason == Answer.APPROVE else ""

    def awaited(self, person: Person) -> str:
        """Return the picture of theirs that may be shown, or may be once who has not answered says yes; "" for none."""
        answers = self.answers.get(person.id, ())
        picture = chosen(answers, person.pictures)
        if not picture or clearance(answers, picture, brand=self.brand) not in _OPEN:
            return ""
        never = self._barred(person.portrait.employee) in _NEVER
        return "" if never or is_painted(person, picture, self.said(person.id)) else picture

    def _barred(self, employee: Employee) -> str:
        """Return why no portrait of somebody may be shown here, whatever they answered, "" where one may."""
        return self.unedited(employee) or self.permissions.may(employee, self.purpose).code

    def unedited(self, employee: Employee) -> str:
        """Return why no photo of somebody may be changed at all, "" where it may."""
        may = self.permissions.may(employee, EDIT)
        return Answer.REFUSE if may.is_own_no else _EDIT.get(may.code, "")

    def painted(self, employee: str, standing: Sequence[Receipt]) -> str:
        """Return what stands against painted pictures of somebody that stand there, "" for nothing."""
        said, answers = self.said(employee), self.answers.get(employee, ())
        found = self.home and stands_painted(self.home, said, answers, standing)
        return UNPAINTED if found else ""

    def said(self, employee: str) -> Sequence[Consent]:
        """Return all that somebody said of purposes."""
        return self.permissions.said.get(employee, ())

    def against(self, employee: str) -> str:
        """Return what somebody published said against this place since, "" for nothing."""
        if self.permissions.may(Employee(employee), EDIT).is_own_no:
            return Answer.REFUSE
        asked = self.permissions.opt_in
        return consents.against(self.said(employee), self.purpose, opt_in=self.purpose in asked)


def rights(
    desk: Desk, employee: str = "", store: Transaction | None = None, rules: Rules | None = None
) -> Rights:
    """Return the rights at a place as they are now, of everybody or of one person.

    With a transaction they are as it sees them; ``rules`` are then read before it, since others wait until it ends.
    """
    rows = store.rows if store else desk.register.rows
    found = rights_for(desk.place.takes.consent, rules or read_rules(desk.home), rows, employee)
    return replace(found, home=desk.home)


def rights_for(purpose: str, rules: Rules, rows: Callable[..., Sequence[Any]], employee: str = "") -> Rights:
    """Return the rights to show people for a purpose by what ``rows`` finds in the register, of everybody or of one person."""
    where = {"employee": employee} if employee else {}
    words = rows(Consent, **where)
    answers = heard(with_words(rows(Decision, **where), words))
    return Rights(
        purpose=purpose,
        brand=rules.brand,
        answers=by_employee(answers),
        permissions=Permissions.of(rules.promises, answers, words, rules.opt_in),
        agreements=rules.agreements,
    )


def _no_picture(person: Person) -> str:
    if not person.portrait.picture:
        return "no_portrait"
    return Outcome.RETAKE if person.portrait.verdict else "no_verdict"

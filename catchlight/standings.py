"""Where every portrait stands, kept at hand: worked out anew only for people whose rows or run changed."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from catchlight.answers import chosen, clearance, standing
from catchlight.company import Book, Company, Person
from catchlight.consents import Consent
from catchlight.deadlines import asks, prolonged
from catchlight.deciding import is_published
from catchlight.followed import Followed
from catchlight.in_order import in_order
from catchlight.journal import State
from catchlight.own_word import STOPS, heard
from catchlight.records import Answer, Decision, Outcome, Receipt, Side
from catchlight.register import Register
from catchlight.review_records import Extension, Invitation
from catchlight.spoken import with_words
from catchlight.taken_back import taken_back_at


class Stage(StrEnum):
    """Where a portrait is on its way."""

    OPEN = "open"  # the person's turn
    WAITING = "waiting"  # the person said yes; the brand's turn
    HELD = "held"  # the brand holds it back
    CLEARED = "cleared"  # nothing stands against publishing it
    PUBLISHED = "published"
    AGAIN = "again"  # the person asked for another try, or sends a photo
    STOPPED = "stopped"  # the person keeps the old photo, or refused
    RETAKE = "retake"  # no portrait could be made


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's portrait: ``picture`` is what answers are about now, ``brand`` the brand's last word on it."""

    person: Person
    picture: str
    answer: str
    brand: str
    stage: Stage
    asked: bool
    withdrawn: bool

    @property
    def is_earlier(self) -> bool:
        """Whether answers are about an earlier attempt, and not about the newest portrait."""
        return bool(self.picture) and self.picture != self.person.portrait.picture

    @property
    def outcome(self) -> str:
        """What the judge said; of an earlier attempt that the person chose, that it should be looked at."""
        portrait = self.person.portrait
        if not self.picture:
            return Outcome.RETAKE
        verdict = portrait.verdict
        return verdict.outcome if verdict and not self.is_earlier else Outcome.REVIEW

    @property
    def flags(self) -> tuple[tuple[str, str], ...]:
        """The judge's reasons, each as its code and its sentence; none for an earlier attempt."""
        verdict, render = self.person.portrait.verdict, self.person.portrait.render
        if self.is_earlier:
            return ()
        if verdict and verdict.reasons:
            sentences = (*verdict.sentences, *("" for _ in verdict.reasons))
            return tuple(zip(verdict.reasons, sentences, strict=False))
        return ((render.reason, render.note),) if render and render.reason else ()


def standing_of(
    person: Person,
    answers: Iterable[Decision],
    receipts: Iterable[Receipt] = (),
    *,
    asked: bool = False,
    brand_gate: bool = False,
) -> Standing:
    """Return where one person's portrait stands after these answers and receipts."""
    said, sent = heard(answers), list(receipts)
    picture = chosen(said, person.pictures)
    brand = [d.answer for d in said if d.side == Side.BRAND and d.picture == picture]
    return Standing(
        person,
        picture,
        standing(said, picture),
        brand[-1] if brand and picture else "",
        _stage(person, said, sent, picture, brand_gate=brand_gate),
        asked or any(d.side == Side.EMPLOYEE for d in said),
        _withdrawn(said, sent),
    )


def _stage(
    person: Person, said: list[Decision], sent: list[Receipt], picture: str, *, brand_gate: bool
) -> Stage:
    if standing(said, picture) in STOPS:
        return Stage.STOPPED
    if not picture:
        return Stage.RETAKE
    if sent and is_published(said, sent, person.pictures):
        return Stage.PUBLISHED
    brand = [d.answer for d in said if d.side == Side.BRAND and d.picture == picture]
    if brand and brand[-1] == Answer.HOLD:
        return Stage.HELD
    stages = {
        Answer.APPROVE: Stage.CLEARED, "no_brand": Stage.WAITING,
        Answer.RETRY: Stage.AGAIN, Answer.UPLOAD: Stage.AGAIN,
    }  # fmt: skip
    return stages.get(clearance(said, picture, brand=brand_gate), Stage.OPEN)


def _withdrawn(said: list[Decision], sent: list[Receipt]) -> bool:
    """Whether the person said no to a portrait of theirs that had been published."""
    done = [receipt.at for receipt in sent if receipt.state == State.DONE]
    no = taken_back_at(said, max(done)) if done else ""
    return no > min(done, default="")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everyone's standing at one moment: by employee id in the order of their names, and by address."""

    book: Book = field(default_factory=Book)
    people: Mapping[str, Standing] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def at(self, address: str) -> Standing | None:
        """Return the portrait of an address: the digest of one of its pictures."""
        return self.people.get(self.addresses.get(address, ""))

    def address(self, one: Standing) -> str:
        """Return the address of a portrait; it names nobody, and no two people share one."""
        if self.addresses.get(one.picture) == one.person.id:
            return one.picture
        return _own_address(one.picture, one.person.id)


def _own_address(picture: str, employee: str) -> str:
    return f"{picture}-{sha256(employee.encode()).hexdigest()[:12]}"


def _addresses(book: Book) -> dict[str, str]:
    found: dict[str, str] = {}
    for person in book.people.values():
        for picture in person.pictures:
            found.setdefault(picture, person.id)
            if found[picture] != person.id:  # two people sent the very same picture
                found[_own_address(picture, person.id)] = person.id
    return found


class Standings:
    """Everyone's standing, kept between looks; threads may share it."""

    def __init__(self, register: Register, company: Company, *, brand_gate: bool) -> None:
        """Work on a register and the newest run; nothing is read yet."""
        self._company, self._brand_gate = company, brand_gate
        self._answers, self._words = Followed(register, Decision), Followed(register, Consent)
        self._receipts = Followed(register, Receipt)
        self._invitations = Followed(register, Invitation)
        self._extensions = Followed(register, Extension)
        self._lock = threading.Lock()
        self._snapshot = Snapshot()
        self._log: list[Decision] = []

    def now(self) -> Snapshot:
        """Return where everybody stands now."""
        with self._lock:
            book = self._company.book()
            changed = self._answers.look() | self._words.look()
            changed |= self._receipts.look() | self._invitations.look()
            if book is not self._snapshot.book:
                self._snapshot = Snapshot(book, self._all(book), _addresses(book))
            elif changed:
                fresh = {id_: self._one(book.people[id_]) for id_ in changed & book.people.keys()}
                self._snapshot = Snapshot(book, {**self._snapshot.people, **fresh}, self._snapshot.addresses)
            return self._snapshot

    def answers(self, employee: str) -> list[Decision]:
        """Return one person's answers and the brand's about them, the oldest first."""
        with self._lock:
            self._answers.look()
            self._words.look()
            return in_order(self.known(employee))

    def known(self, employee: str) -> list[Decision]:
        """Return one person's answers as of the last look, in the order added; the register is not asked."""
        return with_words(self._answers.of(employee), self._words.of(employee))

    def log(self) -> list[Decision]:
        """Return all answers, the newest first."""
        with self._lock:
            self._answers.look()
            if len(self._log) != self._answers.count:
                self._log = sorted(self._answers.all(), key=lambda one: one.at, reverse=True)
            return self._log

    def deadlines(self) -> list[Invitation]:
        """Return what everybody was asked, with the deadlines that hold now."""
        with self._lock:
            self._invitations.look()
            self._extensions.look()
            return [one for one in prolonged(self._invitations.all(), self._extensions.all()) if asks(one)]

    def _all(self, book: Book) -> dict[str, Standing]:
        by_name = sorted(book.people.values(), key=lambda one: (one.name.casefold(), one.id))
        return {person.id: self._one(person) for person in by_name}

    def _one(self, person: Person) -> Standing:
        return standing_of(
            person,
            self.known(person.id),
            self._receipts.of(person.id),
            asked=bool(self._invitations.of(person.id)),
            brand_gate=self._brand_gate,
        )

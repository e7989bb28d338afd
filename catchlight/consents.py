"""What people agreed to, purpose by purpose: rows are added, the last one counts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import get_args

from catchlight.in_order import TABLES, before_it, in_order
from catchlight.place import Purpose
from catchlight.promises import Needs

PURPOSES: tuple[str, ...] = get_args(Purpose)
DECLINED, NOT_AGREED, NOT_WRITTEN, NEVER = "declined", "not_agreed", "not_written", "never"
PAGE = "page"  # the source of what people said on their own page


class Word(StrEnum):
    """What a person said of one purpose."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said of one purpose (such as ``chat``), when, to which notice (digest), and by whom it came.

    ``ticket`` belongs to the form that was sent, so that it counts once. ``basis`` is the legal one where somebody named
    it, ``evidence`` where the proof of it is (a file number, a signature's reference).
    """

    employee: str
    purpose: str
    word: str
    by: str
    at: str
    notice: str = ""
    source: str = ""
    ticket: str = ""
    basis: str = ""
    evidence: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the text that was agreed to is known, and that it was: on their own page, or by evidence."""
        return bool(self.notice) and bool(self.evidence or self.source == PAGE)


def against(
    consents: Iterable[Consent], purpose: str, *, opt_in: bool = False, needs: Needs = Needs.NOTHING
) -> str:
    """Return what stands against using somebody's photo for a purpose, as a code; "" for nothing.

    Where there was no word, the yes to the portrait covers the purpose, unless it needs one of its own (``opt_in``,
    or what the person's jurisdiction ``needs``).
    """
    said = last_words(consents).get(purpose)
    if said and said.word != Word.GRANTED:
        return DECLINED
    if needs == Needs.NEVER:
        return NEVER
    if needs == Needs.WRITTEN and not (said and said.is_written):
        return NOT_WRITTEN
    return NOT_AGREED if not said and (opt_in or needs == Needs.YES) else ""


def last_words(consents: Iterable[Consent]) -> dict[str, Consent]:
    """Return what holds of each purpose that there was a word of: the one said last, whenever it was written down.

    A yes in somebody else's table takes the place of no no that the person said themselves.
    """
    found: dict[str, Consent] = {}
    for one in in_order(consents):
        held = found.get(one.purpose)
        if not (held and is_against_own_no(one, held)):
            found[one.purpose] = one
    return found


def is_against_own_no(new: Consent, held: Consent) -> bool:
    """Whether a yes that somebody else wrote into a table stands against a no of the person's own."""
    passed_on = new.word == Word.GRANTED and new.source.startswith(TABLES)
    return passed_on and held.word != Word.GRANTED and not held.source.startswith(TABLES)


def new_words(
    before: Iterable[Consent], choices: Mapping[str, bool], said: Consent, covered: Collection[str] = ()
) -> list[Consent]:
    """Return the rows that somebody's choices (on or off by purpose) add to what they said before.

    ``said`` holds the person, who wrote it down, when, and the notice. What holds already is not said again, but for
    a yes to another notice. ``covered`` are the purposes that were on by the yes to the portrait: to switch one
    off is to withdraw it. A choice of a form whose ``ticket`` counted already adds nothing, nor does the same row.
    """
    earlier = list(before)
    last = last_words(before_it(earlier, said))
    tickets = {one.ticket for one in earlier}
    known = {(one.purpose, one.word, one.by, one.at) for one in earlier}
    found = []
    for purpose, on in choices.items():
        word = _word(last.get(purpose), said.notice, on=on, covered=purpose in covered)
        ticket = said.ticket and f"{said.ticket}.{purpose}.{'on' if on else 'off'}"
        new = (purpose, word, said.by, said.at) not in known and (not ticket or ticket not in tickets)
        if word and new:
            found.append(replace(said, purpose=purpose, word=word, ticket=ticket))
    return found


def _word(last: Consent | None, notice: str, *, on: bool, covered: bool) -> str:
    """Return what is to be written down, "" for nothing."""
    if last and (last.word == Word.GRANTED) == on:
        return Word.GRANTED if on and notice and notice != last.notice else ""
    if on:
        return Word.GRANTED
    return Word.WITHDRAWN if last or covered else Word.REFUSED

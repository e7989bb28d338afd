"""Taking in the answers of a file: all that can be, at once, and nothing against what people said themselves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from catchlight.answer_places import Wanted
from catchlight.answers import Answers
from catchlight.consents import Consent, is_against_own_no, last_words
from catchlight.in_order import in_order
from catchlight.own_word import PAPER, is_own, own_word
from catchlight.promises import EDIT
from catchlight.records import Decision, by_employee
from catchlight.register import Register, Transaction, now
from catchlight.spoken import spoken
from catchlight.undated import had, weighed
from catchlight.undated_places import put_down

OWN_WAY = "only they can change it: on their page, or signed with a code in their name"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many answers were new and how many known, how many words on places were new; for whom what was not taken, and why.

    ``idle`` are those against which something newer stands, with the reason: they change nothing.
    """

    answers: int = 0
    known: int = 0
    words: int = 0
    refused: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


@dataclass(slots=True)
class _LetIn:
    """The answers to write down, those of them that something newer stands against, and for whom which are not taken, and why."""

    rows: list[Decision] = field(default_factory=list)
    late: list[Decision] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)


def take_in(register: Register, found: Answers, opt_in: Collection[str]) -> TakenIn:
    """Add answers and places but for those that somebody's own word stands against; nobody else writes meanwhile."""
    with register.alone() as store:
        let_in = _let_in(found, by_employee(spoken(store.rows)))
        places, no_places = _places(found.places, store)
        put = [put_down(store, one, opt_in, found.saved) for one in places]
        new = store.add(let_in.rows)
        store.add(let_in.late)
    known = len(found.decisions) - len(let_in.refused) - len(let_in.idle) - new
    idle = (*let_in.idle, *(why for _, why in put if why))
    return TakenIn(new, known, sum(words for words, _ in put), (*let_in.refused, *no_places), idle)


def _let_in(found: Answers, before: dict[str, list[Decision]]) -> _LetIn:
    """Weigh the answers of a file against what is known."""
    done, at = _LetIn(), now()
    for one in found.decisions:
        known = before.get(one.employee, [])
        said = in_order(known)
        if is_own(one):
            done.rows.append(one)
        elif own_word(said, one.picture):
            done.refused += [] if had(one, known, found.saved) else _against_own(one, said)
        else:
            of_it = weighed(one, known, found.saved, at)
            (done.late if of_it.why else done.rows).extend([of_it.row] if of_it.row else [])
            done.idle += [of_it.why] if of_it.why else []
    return done


def _against_own(one: Decision, said: Sequence[Decision]) -> list[str]:
    """Return why an answer is not taken against the person's own word, nothing where that says the same."""
    own = [row for row in said if is_own(row)][-1]
    told = f"{one.employee!r}: {one.answer} not taken: they said {own.answer} themselves, and {OWN_WAY}"
    if own.source == PAPER:
        told += f"; or write their new word down: catchlight people consent {one.employee} --purpose {EDIT} --said granted"
    return [told] if own.answer != one.answer else []


def _places(wanted: Iterable[Wanted], store: Transaction) -> tuple[list[Wanted], list[str]]:
    """Return where people are to be shown without what they said no to themselves, and of that for whom and where."""
    let_in, refused = [], []
    for one in wanted:
        said = store.rows(Consent, employee=one.said.employee)
        no = [purpose for purpose, on in one.choices.items() if on and _is_no(one.said, purpose, said)]
        let_in.append(replace(one, choices={name: on for name, on in one.choices.items() if name not in no}))
        if no:
            refused.append(
                f"{one.said.employee!r}: {', '.join(no)} not taken: they said no to it themselves, and {OWN_WAY}"
            )
    return let_in, refused


def _is_no(said: Consent, purpose: str, before: Sequence[Consent]) -> bool:
    new = replace(said, purpose=purpose, word="granted")
    held = last_words(before).get(purpose)
    return held is not None and new not in before and is_against_own_no(new, held)

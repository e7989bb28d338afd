"""Taking in the answers of a file: all that can be, at once, and nothing against what people said themselves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from catchlight.answer_places import Wanted
from catchlight.answers import Answers
from catchlight.choosing import Choices, save
from catchlight.consents import Consent, is_against_own_no, last_words
from catchlight.in_order import in_order
from catchlight.own_word import is_own, own_word
from catchlight.records import Decision, by_employee
from catchlight.register import Register, Transaction
from catchlight.spoken import spoken

OWN_WAY = "only they can change it: on their page, or signed with a code in their name"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many answers were new and how many known, how many words on places were new; for whom what was not taken, and why."""

    answers: int = 0
    known: int = 0
    words: int = 0
    refused: tuple[str, ...] = ()


def take_in(register: Register, found: Answers, opt_in: Collection[str]) -> TakenIn:
    """Add answers and places but for those that somebody's own word stands against; nobody else writes meanwhile."""
    with register.alone() as store:
        answers, no_answers = _let_in(found.decisions, by_employee(spoken(store.rows)))
        places, no_places = _places(found.places, store)
        words = sum(len(save(store, Choices(one.choices, opt_in), one.said).added) for one in places)
        new = store.add(answers)
    return TakenIn(new, len(found.decisions) - len(no_answers) - new, words, (*no_answers, *no_places))


def _let_in(new: Iterable[Decision], before: dict[str, list[Decision]]) -> tuple[list[Decision], list[str]]:
    """Return the answers that can be added, and for whom the others are and why not."""
    let_in, refused = [], []
    for one in new:
        known = before.get(one.employee, [])
        said = in_order(known)
        if is_own(one) or _is_there(one, known) or not own_word(said, one.picture):
            let_in.append(one)
        elif (own := [row for row in said if is_own(row)][-1]).answer != one.answer:
            refused.append(
                f"{one.employee!r}: {one.answer} not taken: they said {own.answer} themselves, and {OWN_WAY}"
            )
    return let_in, refused


def _is_there(one: Decision, said: Sequence[Decision]) -> bool:
    """Whether the same line was taken in before."""
    return any(row == one or (one.ticket and row.ticket == one.ticket) for row in said)


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

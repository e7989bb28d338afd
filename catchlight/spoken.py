"""All that people said of being shown: a no to processing that was written down as a consent is the refusal that it is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from catchlight.consents import Consent, Word, is_against_own_no
from catchlight.in_order import in_order, is_dated
from catchlight.promises import EDIT
from catchlight.records import Answer, Decision, Side, by_employee


def spoken(rows: Callable[..., list[Any]], **where: str) -> list[Decision]:
    """Return the answers that ``rows`` finds, each person's in the order in which they were written down, noes on paper among them.

    ``where`` may name an ``employee`` and the ``side``, which is the person's where there are words on paper.
    """
    whose = {"employee": where["employee"]} if "employee" in where else {}
    return with_words(rows(Decision, **where), rows(Consent, purpose=EDIT, **whose))


def with_words(answers: Iterable[Decision], words: Iterable[Consent]) -> list[Decision]:
    """Return answers with what people said of being processed at all: ``refuse``, and another try for who took that back."""
    told = by_employee(_as_answers(one for one in words if one.purpose == EDIT))
    if not told:
        return list(answers)
    theirs, found = by_employee(one for one in answers), list[Decision]()
    for employee in {**theirs, **told}:
        found += _merged(theirs.get(employee, ()), told.get(employee, ()))
    return found


def _as_answers(words: Iterable[Consent]) -> Iterator[Decision]:
    """Yield the refusals among somebody's words, and what takes one back, which is a yes to no picture."""
    held: dict[str, Consent] = {}
    for one in in_order(words):
        before = held.get(one.employee)
        if before and is_against_own_no(one, before):
            continue
        held[one.employee] = one
        no = one.word != Word.GRANTED
        if no or (before and before.word != Word.GRANTED):
            answer = Answer.REFUSE if no else Answer.RETRY
            yield Decision(one.employee, "", answer, one.by, one.at, source=one.source, notice=one.notice)


def _merged(theirs: Sequence[Decision], told: Sequence[Decision]) -> list[Decision]:
    """Return both, each word before the first of the person's own answers that surely came later.

    A file's day may be any: against a no it is later than that only once the no was taken back, and only if later than that, too.
    """
    found, yes = list(theirs), [one.at for one in told if one.answer == Answer.RETRY]
    for one in told:
        back = next((at for at in yes if at >= one.at), "")
        later = (at for at, row in enumerate(found) if _came_later(row, one.at, back))
        found.insert(next(later, len(found)), one)
    return found


def _came_later(row: Decision, said: str, back: str) -> bool:
    after = back if is_dated(row) else said
    return row.side == Side.EMPLOYEE and bool(after) and row.at > after

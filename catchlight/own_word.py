"""The person's own word stands above what anybody else said for them, whenever that was written down."""

from collections import defaultdict
from collections.abc import Iterable

from catchlight.in_order import SHEET, TABLES, in_order
from catchlight.records import Answer, Decision, Side

STOPS = (Answer.KEEP, Answer.REFUSE)
DELEGATE, BULK, SILENCE = "delegate", "bulk: ", "silence"
IN_THEIR_PLACE = (DELEGATE, BULK, SILENCE)
"""How the sources of answers begin that somebody gave in a person's place."""

PASSED_ON = (*TABLES, SHEET)
"""How the sources of answers begin that somebody wrote down for a person: in a table, on a contact sheet."""


PAPER = "people consent"
"""The source of what HR wrote down of a person's own word on paper: it holds as theirs, and says who wrote it."""

_OTHERS = (*IN_THEIR_PLACE, *PASSED_ON)


def is_own(said: Decision) -> bool:
    """Whether the person said so themselves: on their page, or signed with a code in their name."""
    return said.side == Side.EMPLOYEE and not said.source.startswith(_OTHERS)


def spoken_for(said: Decision) -> str:
    """Return how somebody else gave a person's answer: ``delegate``, ``bulk``, ``silence`` or ``passed_on``; "" for none."""
    if said.source.startswith((*PASSED_ON, PAPER)):
        return "passed_on"
    found = (how for how in IN_THEIR_PLACE if said.source.startswith(how))
    return next(found, "").rstrip(": ")


def holds(own: Iterable[Decision], picture: str) -> bool:
    """Whether one of these answers (the oldest first) holds for a picture: about it, or the last one about all.

    Whoever refused and came back was to be asked anew: what they said before that is about nothing any more.
    """
    said = list(own)
    since = max((number + 1 for number, one in enumerate(said) if one.answer == Answer.REFUSE), default=0)
    return any(one.picture == picture for one in said[since:]) or any(
        one.answer in STOPS for one in said[-1:]
    )


def own_word(answers: Iterable[Decision], picture: str) -> bool:
    """Whether the person themselves said something that holds for this picture."""
    return holds((one for one in answers if is_own(one)), picture)


def heard(answers: Iterable[Decision]) -> list[Decision]:
    """Return answers as they were written down, the oldest first, but for what others said against somebody's own word of before."""
    own: dict[str, list[Decision]] = defaultdict(list)
    found = []
    for said in in_order(answers):
        if is_own(said):
            own[said.employee].append(said)
        elif said.side == Side.EMPLOYEE and holds(own[said.employee], said.picture):
            continue
        found.append(said)
    return found

"""Answering in somebody's place: yes, no, or another try; the person's own word always stands above it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from catchlight.answers import chosen
from catchlight.bulk_approval import SOURCE as BULK
from catchlight.closing import SOURCE as SILENCE
from catchlight.company import Person
from catchlight.deciding import Code, Taken, decide
from catchlight.records import Answer, Decision, Side
from catchlight.register import Register
from catchlight.standings import STOPS

SOURCE = "delegate"
_FOR_THEM = (SOURCE, BULK, SILENCE)
ANSWERS = (Answer.APPROVE, Answer.KEEP, Answer.RETRY)  # never to refuse or to take part on somebody's behalf


def own_word(answers: Iterable[Decision], picture: str) -> bool:
    """Whether the person themselves said something that holds for this picture."""
    own = [d for d in answers if d.side == Side.EMPLOYEE and not d.source.startswith(_FOR_THEM)]
    return any(d.picture == picture for d in own) or any(d.answer in STOPS for d in own[-1:])


def answer_for(
    register: Register, said: Decision, person: Callable[[], Person | None], rounds: int
) -> Taken | None:
    """Add a delegate's answer; None when the person has answered themselves."""
    if said.answer not in ANSWERS or said.side != Side.EMPLOYEE:
        message = f"{said.answer!r} cannot be answered for somebody else"
        raise ValueError(message)

    def pictures() -> tuple[str, ...]:
        someone = person()
        answers = register.decisions(said.employee)
        if someone is None or own_word(answers, chosen(answers, someone.pictures)):
            return ()
        return someone.pictures

    if own_word(register.decisions(said.employee), said.picture):
        return None
    if said.picture not in pictures():  # keeping is always possible, but only of a portrait that was shown
        return Taken(Code.STALE, None)
    return decide(register, replace(said, source=SOURCE), pictures, rounds)

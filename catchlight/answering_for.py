"""Answering in somebody's place: yes, no, or another try; the person's own word always stands above it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from catchlight.answers import chosen
from catchlight.company import Person
from catchlight.deciding import Code, Taken, decide
from catchlight.own_word import DELEGATE, IN_THEIR_PLACE, holds
from catchlight.records import Answer, Decision, Side
from catchlight.register import Register

SOURCE = DELEGATE
ANSWERS = (Answer.APPROVE, Answer.KEEP, Answer.RETRY)  # never to refuse or to take part on somebody's behalf


def answered(answers: Iterable[Decision], picture: str) -> bool:
    """Whether the person said something that holds for this picture, or somebody wrote it down as theirs."""
    theirs = (d for d in answers if d.side == Side.EMPLOYEE and not d.source.startswith(IN_THEIR_PLACE))
    return holds(theirs, picture)


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
        if someone is None or answered(answers, chosen(answers, someone.pictures)):
            return ()
        return someone.pictures

    if answered(register.decisions(said.employee), said.picture):
        return None
    if said.picture not in pictures():  # keeping is always possible, but only of a portrait that was shown
        return Taken(Code.STALE, None)
    return decide(register, replace(said, source=SOURCE), pictures, rounds)

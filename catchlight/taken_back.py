"""Whether somebody took back the yes to what is published of them, and when: by their answers alone."""

from collections.abc import Sequence

from catchlight.records import Answer, Decision, Side

_SETTLES = (Answer.APPROVE, Answer.KEEP, Answer.REFUSE)


def taken_back(answers: Sequence[Decision], published: str) -> str:
    """Return ``refuse`` or ``keep`` when somebody's answers (the oldest first) take back what was published then, else "".

    To keep the old photo is to take a yes back only when it was said of the portrait that was published: whoever says it
    of a newer one wants what is shown to stay. It was said after the yes, whatever the moment of the publication: nothing
    is published against an answer, but one that came while it was under way, or a clock that was wrong, may say so.
    """
    said = [one for one in answers if one.side == Side.EMPLOYEE and one.answer in _SETTLES]
    last = said[-1] if said else None
    if last is None or last.answer == Answer.APPROVE:
        return ""
    if last.answer == Answer.REFUSE:
        return Answer.REFUSE
    yes = yes_before(answers, published)
    return Answer.KEEP if yes and last.picture == yes.picture else ""


def taken_back_before(answers: Sequence[Decision], published: str) -> str:
    """Return what stands against showing again what was published then, "" for nothing: a yes to another one since says nothing of it."""
    yes = yes_before(answers, published)
    others = [one for one in answers if one.answer == Answer.APPROVE and yes and one.picture != yes.picture]
    return taken_back([one for one in answers if one not in others], published)


def yes_before(answers: Sequence[Decision], published: str) -> Decision | None:
    """Return the yes by which something was published then, None for none.

    Nothing is published without one: where all are of later, a clock was wrong, and it is the first.
    """
    said = [one for one in answers if one.side == Side.EMPLOYEE and one.answer == Answer.APPROVE]
    return next((one for one in reversed(said) if one.at <= published), said[0] if said else None)


def taken_back_at(answers: Sequence[Decision], published: str) -> str:
    """Return when they took it back, up to the first no of an unbroken row: none after it gives more time; "" for never."""
    rest, at = list(answers), ""
    while taken_back(rest, published):
        at = rest.pop().at
    return at

"""The brand's side of a portrait: yes after the person's yes, holding it back, releasing it."""

from collections.abc import Callable

from catchlight.answers import chosen
from catchlight.company import Person
from catchlight.deciding import Taken, decide
from catchlight.records import Answer, Decision, Side
from catchlight.register import Register
from catchlight.standings import Stage, Standing


def may_hold(one: Standing) -> bool:
    """Whether a portrait can be held back now."""
    return bool(one.picture) and one.stage not in (Stage.PUBLISHED, Stage.HELD, Stage.STOPPED)


def may_approve(one: Standing) -> bool:
    """Whether the brand's yes, or its release, is asked for now."""
    return one.stage in (Stage.WAITING, Stage.HELD)


def is_early(one: Standing) -> bool:
    """Whether the brand's yes would come before the person's; one that was given before stands."""
    return one.stage in (Stage.OPEN, Stage.AGAIN, Stage.STOPPED) and one.brand != Answer.APPROVE


def last_word(answers: list[Decision], picture: str) -> str:
    """Return when the brand's side last spoke about a picture, "" when it never did."""
    said = [d.at for d in answers if d.side == Side.BRAND and d.picture == picture]
    return max(said, default="")


def say_for_brand(
    register: Register, said: Decision, person: Callable[[], Person | None], seen: str, rounds: int
) -> Taken:
    """Add the brand's answer; it is stale when the person chose another picture, or somebody spoke after ``seen``.

    ``person`` gives the person whom the picture shows, as of the newest run.
    """
    if said.side != Side.BRAND or said.answer not in (Answer.APPROVE, Answer.HOLD):
        message = f"{said.answer!r} for {said.side!r} is no answer of the brand"
        raise ValueError(message)

    def pictures() -> tuple[str, ...]:
        someone = person()
        if someone is None:
            return ()
        answers = register.decisions(said.employee)
        today = chosen(answers, someone.pictures)
        fresh = said.picture == today and last_word(answers, today) == seen
        return someone.pictures if fresh else ()

    return decide(register, said, pictures, rounds)

"""Taking one answer: the picture must be today's, the answer must still count, and a form counts once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

from catchlight.answers import chosen, standing
from catchlight.choosing import Choices, Saved, save
from catchlight.consents import Consent
from catchlight.journal import standing_now
from catchlight.own_word import heard, is_own
from catchlight.records import Answer, Decision, Receipt, Side
from catchlight.register import Register, Transaction, now
from catchlight.review_records import Upload
from catchlight.spoken import spoken

_NEEDS_PICTURE = (Answer.APPROVE, Answer.RETRY, Answer.HOLD)
_LEAVES = (Answer.KEEP, Answer.REFUSE)  # always possible: leaving is as easy as joining


class Code(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    KNOWN = "known"  # the same answer, or the same form, was taken before
    STALE = "stale"  # the picture is not, or no longer, one of this person's
    LOCKED = "locked"  # it is published; only leaving is possible
    ROUNDS = "rounds"  # no further try


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer and of the choices sent with it, and the answer that now stands (None for none)."""

    code: Code
    decision: Decision | None
    places: Saved = field(default_factory=Saved)


def decide(
    register: Register,
    decision: Decision,
    pictures: Callable[[], Collection[str]],
    rounds: int,
    upload: Upload | None = None,
    choices: Choices | None = None,
) -> Taken:
    """Add an answer unless something stands against it; nobody else writes meanwhile.

    ``pictures`` gives the digests that this person may answer about, the newest first, at the moment
    of writing; ``rounds`` is how many tries a person may ask for. ``upload`` is the photo that they
    sent with it, ``choices`` where they want to be shown: all is taken, or nothing.
    """
    with register.alone() as store:
        answers = heard(spoken(store.rows, employee=decision.employee))
        own = [one for one in answers if one.side == decision.side]
        same = _known(own, decision)
        if same and _is_newest(store, upload):
            places = _save(store, same, choices) if same == own[-1] else Saved()
            return Taken(Code.TAKEN if places.added else Code.KNOWN, same, places)
        problem = _problem(store, answers, decision, tuple(pictures()), rounds)
        if problem:
            return Taken(problem, own[-1] if own else None)
        places = _save(store, decision, choices)
        store.add([decision, *([upload] if upload else [])])
    return Taken(Code.TAKEN, decision, places)


def _save(store: Transaction, answer: Decision, choices: Choices | None) -> Saved:
    said = Consent(answer.employee, "", "", answer.by, now(), source=answer.source)
    return save(store, choices, said) if choices else Saved()


def _known(own: list[Decision], new: Decision) -> Decision | None:
    """Return the answer that says the same already: the same form sent twice, or the same choice again."""
    for old in own:
        if new.ticket and old.ticket == new.ticket:
            return old
    last = own[-1] if own else None
    says = ("picture", "answer", "comment", "tags")
    same = last and all(getattr(last, name) == getattr(new, name) for name in says)
    # What somebody else said for a person is not yet their own word.
    return last if last and same and (is_own(last) or not is_own(new)) else None


def _is_newest(store: Transaction, upload: Upload | None) -> bool:
    """Whether a photo is the one that the person sent last (or none was sent now)."""
    sent = store.rows(Upload, employee=upload.employee) if upload else []
    return not upload or (bool(sent) and sent[-1].photo == upload.photo)


def _problem(
    store: Transaction, answers: list[Decision], new: Decision, pictures: tuple[str, ...], rounds: int
) -> Code | None:
    if new.answer in _LEAVES and new.side == Side.EMPLOYEE:
        return None
    if new.answer in _NEEDS_PICTURE and new.picture not in pictures:
        return Code.STALE
    if is_published(answers, store.rows(Receipt, employee=new.employee), pictures):
        return Code.LOCKED
    if (
        new.answer == Answer.RETRY
        and rounds_used(answers, store.rows(Upload, employee=new.employee)) >= rounds
    ):
        return Code.ROUNDS
    return None


def is_published(answers: list[Decision], receipts: list[Receipt], pictures: tuple[str, ...]) -> bool:
    """Whether the picture that a person approved stands at some destination."""
    picture = chosen(answers, pictures)
    if not picture or standing(answers, picture) != Answer.APPROVE:
        return False
    since = max(d.at for d in answers if d.side == Side.EMPLOYEE and d.picture == picture)
    return any(receipt.at >= since for receipt in standing_now(receipts))


def rounds_used(answers: list[Decision], uploads: list[Upload]) -> int:
    """Return how many tries a person asked for since they last sent a photo of their own."""
    since = uploads[-1].at if uploads else ""
    return len({d.picture for d in answers if d.answer == Answer.RETRY and d.at >= since} - {""})

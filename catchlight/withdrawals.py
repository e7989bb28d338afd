"""A yes that was taken back after publishing: who, where, since when, until when the old picture must be back, and the proof."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from catchlight import consents, painted_then
from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.home import write_json
from catchlight.in_order import in_order
from catchlight.journal import stacks
from catchlight.painted_then import UNPAINTED
from catchlight.promises import EDIT
from catchlight.publish_removals import why_off
from catchlight.publish_right import Rights, rights
from catchlight.records import Answer, Receipt
from catchlight.sending import FAILED, Result, take_off
from catchlight.taken_back import taken_back_at
from catchlight.vault import digest_of

FOLDER = "proofs"
_PATIENCE = 10
_WORDS = (Answer.REFUSE, Answer.KEEP, consents.DECLINED, UNPAINTED)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Somebody who is still shown at a place and said no: when, and until when the old picture must be back."""

    employee: str
    destination: str
    reason: str
    said: str
    due: str

    def is_overdue(self, now: str) -> bool:
        """Whether the time is over."""
        return self.due < now


@dataclass(frozen=True, slots=True)
class PutBack:
    """The proof for one file: what of ours was there, what is there now by reading back, and what was to be there."""

    target: str
    was: str
    back: str
    read: str
    at: str
    code: str
    sentence: str


def withdrawn(desk: Desk, hours: int) -> list[Withdrawal]:
    """Return who is shown at a place against their word, the longest waiting first."""
    now, found = rights(desk), []
    for employee, mine in _standing(desk).items():
        reason = why_off(employee, mine, now)
        if reason in _WORDS:
            unpainted = [painted_then.taken_back_at(now.said(employee))] if reason == UNPAINTED else []
            said = min((*_answered(now, employee, mine), *_declined(now, employee), *unpainted))
            due = (datetime.fromisoformat(said) + timedelta(hours=hours)).isoformat(timespec="microseconds")
            found.append(Withdrawal(employee, desk.place.name, reason, said, due))
    return sorted(found, key=lambda one: one.said)


def _standing(desk: Desk) -> dict[str, list[list[Receipt]]]:
    found: dict[str, list[list[Receipt]]] = {}
    for stack in stacks(desk.register.receipts(desk.place.name)).values():
        if stack[-1].employee:
            found.setdefault(stack[-1].employee, []).append(stack)
    return found


def _answered(now: Rights, employee: str, mine: list[list[Receipt]]) -> list[str]:
    """Return when somebody's answers took their yes back, [] for never."""
    at = taken_back_at(now.answers.get(employee, ()), max(stack[-1].at for stack in mine))
    return [at] if at else []


def _declined(now: Rights, employee: str) -> Iterator[str]:
    """Yield when they said no to this purpose, or to being processed at all, up to the first of an unbroken row."""
    for purpose in (now.purpose, EDIT):
        said = [one for one in now.said(employee) if one.purpose == purpose]
        noes = takewhile(lambda one: one.word != consents.Word.GRANTED, reversed(in_order(said)))
        yield from (one.at for one in noes)


def is_for_later(desk: Desk, one: Withdrawal) -> bool:
    """Whether a place that failed to let somebody go was tried lately: less than a tenth of the time ago since it first failed."""
    names = (desk.home / FOLDER).glob(f"{_proofs_of(desk, one)}*.json")
    said, now = (datetime.fromisoformat(_stamp(at)) for at in (one.said, desk.clock()))
    proven = (datetime.fromisoformat(file.stem.rpartition("-")[2]) for file in names)
    tried = [at for at in proven if said < at <= now]  # a later one is of a clock that ran ahead
    return bool(tried) and now - max(tried) < (now - min(tried)) / _PATIENCE


def put_back(desk: Desk, one: Withdrawal) -> list[PutBack]:
    """Put back what was there before us, at all files of a person, and read it back."""
    return list(_put_back(desk, _standing(desk).get(one.employee, [])))


def _put_back(desk: Desk, mine: list[list[Receipt]]) -> Iterator[PutBack]:
    for stack in mine:
        back = stack[0].replaced
        result = take_off(desk, stack, back)
        yield PutBack(
            result.target,
            stack[-1].sent,
            back,
            _read(desk, result),
            desk.clock(),
            result.code,
            result.sentence,
        )


def _read(desk: Desk, result: Result) -> str:
    with suppress(OutsideError, PhotoError):
        there = desk.place.look(result.target)
        return "" if there is None else digest_of(there)
    return "unknown"


def write_proof(desk: Desk, one: Withdrawal, done: list[PutBack]) -> Path:
    """Write down what was put back, when, and whether in time; the person is a keyed reference. Return the file."""
    person = _reference(desk, one)
    ended = max(part.at for part in done)
    told = {
        "person": person, "place": one.destination, "reason": one.reason, "said": one.said, "due": one.due,
        "done": "" if any(part.code == FAILED for part in done) else ended, "in time": ended <= one.due,
        "files": [asdict(part) for part in done],
    }  # fmt: skip
    path = desk.home / FOLDER / f"{_proofs_of(desk, one)}{_stamp(ended)}.json"
    write_json(path, told)
    return path


def _proofs_of(desk: Desk, one: Withdrawal) -> str:
    """Return how the names of the proofs of one person at one place begin."""
    place = digest_of(one.destination.encode())[:8]
    return f"withdrawal-{_reference(desk, one)}-{place}-"


def _reference(desk: Desk, one: Withdrawal) -> str:
    return desk.register.seal.reference(one.employee) if desk.register.seal else "-"


def _stamp(at: str) -> str:
    return at.replace(":", "").replace("-", "")[:15]

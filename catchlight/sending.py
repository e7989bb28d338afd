"""One file out, or back: journaled before it happens, read back after, settled after a crash."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import State, half_way
from catchlight.records import Receipt

FAILED, CONFLICT = "failed", "conflict"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file: a stable code, and a sentence when a person should know more."""

    employee: str
    target: str
    code: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Problem:
    """What went wrong with a write; ``refused`` when the place said no, and not when nobody knows what it did."""

    sentence: str
    refused: bool = False


def note(desk: Desk, receipts: Iterable[Receipt], state: State) -> None:
    """Write down that files have reached a state."""
    desk.register.note([replace(receipt, state=state, at=desk.clock()) for receipt in receipts])


def send(desk: Desk, receipts: Sequence[Receipt], code: str = "sent") -> list[Result]:
    """Write files whose backup is in the vault. Raises OutsideError when the journal cannot be kept."""
    note(desk, receipts, State.SENDING)
    pairs = [(receipt, _write(desk, receipt.target, receipt.sent)) for receipt in receipts]
    note(desk, [receipt for receipt, problem in pairs if not problem], State.DONE)
    for receipt, problem in pairs:
        if problem:
            _settle(desk, replace(receipt, state=State.SENDING), problem)
    return [
        _result(receipt, FAILED, problem.sentence) if problem else _result(receipt, code)
        for receipt, problem in pairs
    ]


def put_back(desk: Desk, receipt: Receipt, *, force: bool = False) -> Result:
    """Undo one write of ours. What somebody else put there since stays, unless ``force`` is set.

    Raises OutsideError when the journal cannot be kept.
    """
    try:
        there = desk.place.look(receipt.target)
        before, ours = desk.shows(there, receipt.replaced), desk.shows(there, receipt.sent)
        if not (before or ours) and not force:
            return _result(
                receipt, CONFLICT, "somebody changed it since; theirs stays (--force puts ours back)"
            )
        theirs = "" if there is None or before or ours else _save(desk, receipt, there)
        if receipt.replaced:
            desk.vault.get(receipt.replaced)
    except (OutsideError, PhotoError) as error:
        return _result(receipt, FAILED, str(error))
    if not before:
        note(desk, [receipt], State.RESTORING)
        problem = _write(desk, receipt.target, receipt.replaced)
        if problem:
            _settle(desk, replace(receipt, state=State.RESTORING), problem)
            return _result(receipt, FAILED, problem.sentence)
    note(desk, [receipt], State.RESTORED)
    kept = f"what was there is in the vault as {theirs}" if theirs else ""
    return _result(receipt, "restored" if receipt.replaced else "removed", kept)


def take_off(desk: Desk, stack: Sequence[Receipt], back: str) -> Result:
    """Let nothing of ours stand at a target: ``back`` comes in its place ("" for nothing).

    What somebody else put there since stays; an account that is gone shows nothing any more. Raises
    OutsideError when the journal cannot be kept.
    """
    top = replace(stack[-1], replaced=back)
    try:
        there = desk.place.look(top.target)
        gone, ours = desk.shows(there, back), desk.shows(there, top.sent)
        if not gone and not ours:
            note(desk, stack, State.RESTORED)
            return _result(top, "theirs", "somebody put another picture there since; it stays")
        if back:
            desk.vault.get(back)
    except (OutsideError, PhotoError) as error:
        if getattr(error, "reason", "") != "account.gone":
            return _result(top, FAILED, str(error))
        gone = True
    if not gone:
        note(desk, [top], State.RESTORING)
        problem = _write(desk, top.target, back)
        if problem:
            _settle(desk, replace(top, state=State.RESTORING), problem)
            return _result(top, FAILED, problem.sentence)
    note(desk, stack, State.RESTORED)
    return _result(top, "restored" if back else "removed")


def settle(desk: Desk, employee: str | None = None) -> None:
    """Read back what a stopped program may have written (for one person, or all), and write down how it ended.

    Raises OutsideError when the place cannot be looked at.
    """
    for receipt in half_way(desk.register.receipts(desk.place.name, employee)):
        desk.place.tidy(receipt.target)
        try:
            ended = _ended(desk, receipt, _settled(desk, receipt), waited=True)
        except PhotoError as error:
            ended = State.FAILED if error.reason == "account.gone" else State.UNCLEAR
        if ended != State.UNCLEAR:
            note(desk, [receipt], ended)


def _settled(desk: Desk, receipt: Receipt) -> bytes | None:
    """Return what is there once the place has shown it; who was left without a picture gets theirs back first."""
    wanted = receipt.replaced if receipt.state == State.RESTORING else receipt.sent
    _arrived(desk, receipt.target, wanted, _seconds_between(receipt.at, desk.clock()))
    there = desk.place.look(receipt.target)
    if there is None and desk.place.takes.empties and receipt.state == State.SENDING and receipt.replaced:
        _write(desk, receipt.target, receipt.replaced)
        return desk.place.look(receipt.target)
    return there


def _settle(desk: Desk, receipt: Receipt, problem: _Problem) -> None:
    """Settle what has just failed; what cannot be looked at stays half-way until the next start."""
    with suppress(OutsideError, PhotoError):
        there = desk.place.look(receipt.target)
        note(desk, [receipt], _ended(desk, receipt, there, waited=problem.refused))


def _ended(desk: Desk, receipt: Receipt, there: bytes | None, *, waited: bool) -> State:
    """Return how a write ended by what is there; at a place that lags, the old picture proves nothing for a while."""
    wanted, before = receipt.sent, receipt.replaced
    if receipt.state == State.RESTORING:
        wanted, before = before, wanted
    if desk.shows(there, wanted):
        return State.DONE if receipt.state == State.SENDING else State.RESTORED
    over = waited or not desk.place.takes.lag
    return State.FAILED if over and desk.shows(there, before) else State.UNCLEAR


def _seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def _write(desk: Desk, target: str, digest: str) -> _Problem | None:
    """Write the picture of a digest ("" removes) and read it back; return what went wrong, if anything."""
    try:
        if digest:
            desk.place.put(target, desk.vault.get(digest))
        else:
            desk.place.remove(target)
    except (OutsideError, PhotoError) as error:
        return _Problem(str(error), refused=isinstance(error, PhotoError))
    try:
        return None if _arrived(desk, target, digest) else _Problem("what is read back is not what was sent")
    except (OutsideError, PhotoError) as error:
        return _Problem(str(error))


def _arrived(desk: Desk, target: str, digest: str, waited: float = 0.0) -> bool:
    """Read back what was written ``waited`` seconds ago; at a place that lags, again and again until its time is over."""
    pause = 0.5
    while not desk.shows(desk.place.look(target), digest):
        if waited >= desk.place.takes.lag:
            return False
        pause = min(2 * pause, desk.place.takes.lag - waited)
        desk.wait(pause)
        waited += pause
    return True


def _save(desk: Desk, receipt: Receipt, theirs: bytes) -> str:
    """Keep what somebody else put there before it is replaced; return its digest."""
    digest = desk.keep(theirs)
    note(desk, [replace(receipt, sent=receipt.replaced, replaced=digest)], State.BACKED_UP)
    return digest


def _result(receipt: Receipt, code: str, sentence: str = "") -> Result:
    return Result(receipt.employee, receipt.target, code, sentence)

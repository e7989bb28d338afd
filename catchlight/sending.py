"""One file out, or back: journaled before it happens, read back after, settled after a crash."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import State, half_way
from catchlight.records import Receipt
from catchlight.transaction import Transaction

THEIRS = "somebody changed it since; theirs stays (--force replaces it)"
FAILED, CONFLICT, WITHDRAWN = "failed", "conflict", "withdrawn"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file: a stable code, and a sentence when a person should know more."""

    employee: str
    target: str
    code: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Problem:
    """What went wrong with a write.

    ``refused``: the place said no. ``failed``: it answered that it failed; then it has done nothing if nothing shows in
    time. ``waited``: its time to show it is over.
    """

    sentence: str
    refused: bool = False
    failed: bool = False
    waited: bool = False


def note(desk: Desk, receipts: Iterable[Receipt], state: State) -> None:
    """Write down that files have reached a state."""
    desk.register.note(_as_of_now(desk, receipts, state))


def _as_of_now(desk: Desk, receipts: Iterable[Receipt], state: State) -> list[Receipt]:
    return [replace(receipt, state=state, at=desk.clock()) for receipt in receipts]


def _nothing(_: Transaction) -> str:
    return ""


def send(
    desk: Desk,
    receipts: Sequence[Receipt],
    code: str = "sent",
    against: Callable[[Transaction], str] = _nothing,
) -> list[Result]:
    """Write files whose backup is in the vault, unless something stands ``against`` it by now (a sentence).

    That is asked in the transaction which notes that they are sent: no answer comes in between. Raises OutsideError when
    the journal cannot be kept.
    """
    with desk.register.alone() as store:
        changed = against(store)
        if not changed:
            store.add(_as_of_now(desk, receipts, State.SENDING))
    if changed:
        return [_result(receipt, WITHDRAWN, changed) for receipt in receipts]
    pairs = [(receipt, _write(desk, receipt.target, receipt.sent)) for receipt in receipts]
    note(desk, [receipt for receipt, problem in pairs if not problem], State.DONE)
    pairs = [
        (receipt, problem and _once_more(desk, replace(receipt, state=State.SENDING), problem))
        for receipt, problem in pairs
    ]
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
            note(desk, [receipt], State.THEIRS)
            return _result(receipt, CONFLICT, THEIRS)
        theirs = "" if there is None or before or ours else _save(desk, receipt, there)
        if receipt.replaced:
            desk.vault.get(receipt.replaced)
    except (OutsideError, PhotoError) as error:
        return _result(receipt, FAILED, str(error))
    if not before:
        note(desk, [receipt], State.RESTORING)
        problem = _write(desk, receipt.target, receipt.replaced)
        if problem and _once_more(desk, replace(receipt, state=State.RESTORING), problem):
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
        if problem and _once_more(desk, replace(top, state=State.RESTORING), problem):
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
            ended = _ended(desk, receipt, _settled(desk, receipt))
        except PhotoError as error:
            ended = State.FAILED if error.reason == "account.gone" else State.UNCLEAR
        if ended != State.UNCLEAR:
            note(desk, [receipt], ended)


def _settled(desk: Desk, receipt: Receipt) -> bytes | None:
    """Return what is there once the place has shown it; who was left without a picture gets theirs back first."""
    _arrived(desk, receipt.target, _wanted(receipt), _seconds_between(receipt.at, desk.clock()))
    there = desk.place.look(receipt.target)
    if there is None and desk.place.takes.empties and receipt.replaced:
        _write(desk, receipt.target, receipt.replaced)
        return desk.place.look(receipt.target)
    return there


def _once_more(desk: Desk, receipt: Receipt, problem: _Problem) -> _Problem | None:
    """Settle a write that has just failed; one that surely was not done is tried again, once. Return what is wrong then.

    A large company has a few such writes in every run, and would need another run for them.
    """
    ended = _settle(desk, receipt, problem)
    if ended == State.FAILED and not problem.refused:
        note(desk, [receipt], State(receipt.state))
        again = _write(desk, receipt.target, _wanted(receipt))
        if again is None:
            note(desk, [receipt], State.DONE if receipt.state == State.SENDING else State.RESTORED)
            return None
        problem, ended = again, _settle(desk, receipt, again)
    return None if ended in {State.DONE, State.RESTORED} else problem


def _settle(desk: Desk, receipt: Receipt, problem: _Problem) -> State:
    """Settle what has just failed; what cannot be looked at stays half-way until the next start."""
    with suppress(OutsideError, PhotoError):
        if not problem.waited:
            _arrived(desk, receipt.target, _wanted(receipt))
        sure = problem.refused or problem.failed or not desk.place.takes.lag
        ended = _ended(desk, receipt, desk.place.look(receipt.target), sure=sure)
        note(desk, [receipt], ended)
        return ended
    return State.UNCLEAR


def _wanted(receipt: Receipt) -> str:
    return receipt.replaced if receipt.state == State.RESTORING else receipt.sent


def _ended(desk: Desk, receipt: Receipt, there: bytes | None, *, sure: bool = True) -> State:
    """Return how a write ended, by what is there; not ``sure`` where it may still show later."""
    wanted, before = receipt.sent, receipt.replaced
    if receipt.state == State.RESTORING:
        wanted, before = before, wanted
    if desk.shows(there, wanted):
        return State.DONE if receipt.state == State.SENDING else State.RESTORED
    return State.FAILED if sure and desk.shows(there, before) else State.UNCLEAR


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
        no, failed = isinstance(error, PhotoError), getattr(error, "status", 0) >= 500
        return _Problem(str(error), refused=no, failed=failed, waited=no)
    try:
        arrived = _arrived(desk, target, digest)
        return None if arrived else _Problem("what is read back is not what was sent", waited=True)
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
    digest = desk.vault.keep(theirs)
    note(desk, [replace(receipt, sent=receipt.replaced, replaced=digest)], State.BACKED_UP)
    return digest


def _result(receipt: Receipt, code: str, sentence: str = "") -> Result:
    return Result(receipt.employee, receipt.target, code, sentence)

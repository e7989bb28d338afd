"""What is at a destination now, against what was published there."""

from dataclasses import dataclass

from catchlight.desk import Desk
from catchlight.errors import OutsideError
from catchlight.journal import half_way, stacks
from catchlight.records import Answer, Receipt

_ABOUT_PUBLISHING = (Answer.APPROVE, Answer.KEEP, Answer.REFUSE)


@dataclass(frozen=True, slots=True)
class Drift:
    """One file that is not as published: missing, changed, half_way, withdrawn or backup_lost."""

    employee: str
    target: str
    kind: str
    sentence: str


def find_drift(desk: Desk) -> list[Drift]:
    """Read back everything that was published to a place, and every backup; return what is wrong.

    Raises OutsideError when the place cannot be looked at.
    """
    receipts = desk.register.receipts(desk.place.name)
    drifts = [
        _drift(receipt, "half_way", "a publication or rollback was interrupted here; run it again")
        for receipt in half_way(receipts)
    ]
    withdrawn = _withdrawn(desk)
    for stack in stacks(receipts).values():
        drifts += _at_the_place(desk, stack[-1])
        drifts += _in_the_vault(desk, stack)
        if stack[-1].employee in withdrawn:
            sentence = f"still published, but the answer is now {withdrawn[stack[-1].employee]}; roll it back"
            drifts.append(_drift(stack[-1], "withdrawn", sentence))
    return drifts


def _drift(receipt: Receipt, kind: str, sentence: str) -> Drift:
    return Drift(receipt.employee, receipt.target, kind, sentence)


def _at_the_place(desk: Desk, top: Receipt) -> list[Drift]:
    there = desk.place.look(top.target)
    if desk.shows(there, top.sent):
        return []
    if there is None:
        return [_drift(top, "missing", "the file is gone")]
    return [_drift(top, "changed", "somebody put another picture there")]


def _in_the_vault(desk: Desk, stack: list[Receipt]) -> list[Drift]:
    """Return the backups that a rollback would need and not find."""
    lost = []
    for receipt in stack:
        try:
            desk.vault.get(receipt.replaced or receipt.sent)
        except OutsideError as error:
            lost.append(_drift(receipt, "backup_lost", str(error)))
    return lost


def _withdrawn(desk: Desk) -> dict[str, str]:
    """Return the people whose last word is not an approval, with that word."""
    last = {d.employee: d.answer for d in desk.register.decisions() if d.answer in _ABOUT_PUBLISHING}
    return {employee: answer for employee, answer in last.items() if answer != Answer.APPROVE}

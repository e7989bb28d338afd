"""What is at a destination now, against what was published there."""

from dataclasses import dataclass

from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import half_way, stacks
from catchlight.publish_removals import draw_removals
from catchlight.publish_right import rights
from catchlight.records import Receipt


@dataclass(frozen=True, slots=True)
class Drift:
    """One file that is not as published: missing, changed, refused, half_way, withdrawn or backup_lost."""

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
    standing = list(stacks(receipts).values())
    withdrawn = {removal.employee: removal.sentence for removal in draw_removals(standing, rights(desk))}

    def look(stack: list[Receipt]) -> list[Drift]:
        return _at_the_place(desk, stack[-1]) + _in_the_vault(desk, stack)

    for stack, found in zip(standing, desk.side_by_side(look, standing), strict=True):
        drifts += found
        if stack[-1].employee in withdrawn:
            sentence = (
                f"still published, but {withdrawn[stack[-1].employee]}; plan again, and it is taken off"
            )
            drifts.append(_drift(stack[-1], "withdrawn", sentence))
    return drifts


def _drift(receipt: Receipt, kind: str, sentence: str) -> Drift:
    return Drift(receipt.employee, receipt.target, kind, sentence)


def _at_the_place(desk: Desk, top: Receipt) -> list[Drift]:
    try:
        there = desk.place.look(top.target)
    except PhotoError as error:
        return [_drift(top, "refused", str(error))]
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

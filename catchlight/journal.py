"""Reading the receipts: what we published where, what is half-way, and whose file name is whose.

The states of one file: backed_up (what is there is in the vault) → sending (may be written) →
done (read back) or failed; and on the way back restoring → restored. Theirs: somebody put another picture in its
place, which was seen and stays. Unclear is what reading back did not
settle; it is read back again at the next start.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from catchlight.records import Receipt


class State(StrEnum):
    """How far one file is on its way out or back."""

    BACKED_UP = "backed_up"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNCLEAR = "unclear"
    RESTORING = "restoring"
    RESTORED = "restored"
    THEIRS = "theirs"


_HALF_WAY = (State.SENDING, State.RESTORING)


def stacks(receipts: Iterable[Receipt]) -> dict[str, list[Receipt]]:
    """Return, for every target of a destination, our writes that stand, the latest last."""
    found: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        stack = found.setdefault(receipt.target, [])
        if receipt.state == State.DONE:
            stack.append(receipt)
        elif receipt.state == State.RESTORED and stack:
            stack.pop()
    return {target: stack for target, stack in found.items() if stack}


def undermost(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return, for every target of a destination, the first of our writes that stand, or that stood last: it says what was there before."""
    found: dict[str, Receipt] = {}
    height: Counter[str] = Counter()
    for receipt in receipts:
        if receipt.state == State.DONE:
            if not height[receipt.target]:
                found[receipt.target] = receipt
            height[receipt.target] += 1
        elif receipt.state == State.RESTORED and height[receipt.target]:
            height[receipt.target] -= 1
    return found


def shown(receipts: Sequence[Receipt]) -> dict[str, Receipt]:
    """Return, for every target of a destination, our write that stands, but where somebody else's picture was seen since."""
    ends = (State.DONE, State.RESTORED, State.THEIRS)
    last = {receipt.target: receipt.state for receipt in receipts if receipt.state in ends}
    return {target: stack[-1] for target, stack in stacks(receipts).items() if last[target] != State.THEIRS}


def standing_now(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Return what stands of ours now: the latest write of every target, at all destinations."""
    return [stack[-1] for sent in by_destination(receipts).values() for stack in stacks(sent).values()]


def standing_since(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Return what stands of ours now, each as of when something of ours began to stand there.

    A file that was written anew, signed for instance, did not begin again.
    """
    found = [stack for sent in by_destination(receipts).values() for stack in stacks(sent).values()]
    return [replace(stack[-1], at=stack[0].at) for stack in found]


def by_destination(receipts: Iterable[Receipt]) -> dict[str, list[Receipt]]:
    """Return the receipts of each destination, in their order: files at two of them may have one name."""
    found: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        found.setdefault(receipt.destination, []).append(receipt)
    return found


def half_way(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Return the files of a destination that a stopped program may or may not have written, as it left them."""
    last: dict[str, Receipt] = {}
    for receipt in receipts:
        before = last.get(receipt.target)
        if receipt.state in (State.UNCLEAR, State.THEIRS) and before and before.state in _HALF_WAY:
            continue  # still as it was: on its way out, or back
        last[receipt.target] = receipt
    return [receipt for receipt in last.values() if receipt.state in _HALF_WAY]


def owners(receipts: Iterable[Receipt]) -> dict[str, str]:
    """Return whose each file name is at a destination (lower-cased name without ending → employee)."""
    named = ((receipt.target.rpartition("/")[2].rpartition(".")[0], receipt) for receipt in receipts)
    return {name.lower(): receipt.employee for name, receipt in named if receipt.employee}

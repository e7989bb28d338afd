"""The way back: what we replaced is put back, where nothing was nothing is left."""

import getpass

from catchlight import published_list
from catchlight.audit import Act
from catchlight.desk import Desk
from catchlight.journal import stacks
from catchlight.records import Receipt
from catchlight.sending import CONFLICT, Result, put_back, settle


def rollback(desk: Desk, run: str = "", employee: str = "", *, force: bool = False) -> list[Result]:
    """Undo the writes of a run, or all writes for one person, or both together.

    What somebody changed since is a conflict and stays, unless ``force`` is set; then it is stored
    in the vault first. It can be stopped and started again. Raises OutsideError when the place or
    the journal cannot be reached.
    """
    told = f"{desk.place.name} {run or '-'}" + " force" * force
    desk.register.tell(Act.ROLLBACK, getpass.getuser(), employee, told)
    settle(desk)
    ours = stacks(desk.register.receipts(desk.place.name))
    chosen = [
        stack for stack in ours.values()
        if stack[-1].employee and employee in ("", stack[-1].employee)
    ]  # fmt: skip
    undone = desk.side_by_side(lambda stack: _undo(desk, stack, run, force=force), chosen)
    return [result for results in undone for result in results] + published_list.update(desk, run)


def _undo(desk: Desk, stack: list[Receipt], run: str, *, force: bool) -> list[Result]:
    """Undo the last writes to one target, as far as they are the run's and follow upon each other."""
    top = stack[-1]
    if run and top.run != run:
        mine = any(receipt.run == run for receipt in stack)
        sentence = f"run {top.run} published here since; roll that back first"
        return [Result(top.employee, top.target, CONFLICT, sentence)] if mine else []
    results: list[Result] = []
    expected = top.sent
    for receipt in reversed(stack):
        if (run and receipt.run != run) or receipt.sent != expected:
            break
        results.append(put_back(desk, receipt, force=force))
        if results[-1].code not in ("restored", "removed"):
            break
        expected = receipt.replaced
    return results[-1:]

"""The way back: what we replaced is put back, where nothing was nothing is left, and no portrait of who said no since."""

import getpass
from dataclasses import replace

from catchlight import published_list
from catchlight.audit import Act
from catchlight.desk import Desk
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import stacks
from catchlight.publish_right import WHY, Rulebook, rights
from catchlight.records import Receipt
from catchlight.sending import CONFLICT, FAILED, THEIRS, Result, put_back, settle, take_off
from catchlight.taken_back import taken_back, taken_back_before

TAKEN_OFF = "taken off"
_DONE = ("restored", "removed")


def rollback(desk: Desk, run: str = "", employee: str = "", *, force: bool = False) -> list[Result]:
    """Undo the writes of a run, or all writes for one person, or both together.

    What somebody changed since is a conflict and stays, unless ``force`` is set; then it is stored
    in the vault first. Nobody's earlier portrait comes back who said no since: then it is what was there before the
    first of ours. It can be stopped and started again. Raises OutsideError when the place or the journal cannot be
    reached.
    """
    told = f"{desk.place.name} {run or '-'}" + " force" * force
    desk.register.tell(Act.ROLLBACK, getpass.getuser(), employee, told)
    settle(desk)
    book = Rulebook(desk.home)
    undone = desk.side_by_side(
        lambda stack: _undo(desk, stack, run, book, force=force), _stacks_of(desk, employee)
    )
    return [result for results in undone for result in results] + published_list.update(desk, run)


def foresee(desk: Desk, run: str = "", employee: str = "", *, force: bool = False) -> list[Result]:
    """Return what :func:`rollback` would do: to restore, to remove, or a conflict that stays. Nothing is changed.

    Raises OutsideError when the place cannot be reached.
    """
    book = Rulebook(desk.home)
    seen = desk.side_by_side(
        lambda stack: _foreseen(desk, stack, run, book, force=force), _stacks_of(desk, employee)
    )
    return [result for results in seen for result in results]


def _stacks_of(desk: Desk, employee: str) -> list[list[Receipt]]:
    ours = stacks(desk.register.receipts(desk.place.name)).values()
    return [stack for stack in ours if stack[-1].employee and employee in ("", stack[-1].employee)]


def _undo(desk: Desk, stack: list[Receipt], run: str, book: Rulebook, *, force: bool) -> list[Result]:
    """Undo the last writes to one target, as far as they are the run's and follow upon each other."""
    undone, results = _undone(stack, run), _in_the_way(stack, run)
    if why := _against(desk, stack, undone, book):
        done = take_off(desk, stack, stack[0].replaced)
        return [replace(done, code=TAKEN_OFF, sentence=why) if done.code in _DONE else done]
    for receipt in undone:
        results.append(put_back(desk, receipt, force=force))
        if results[-1].code not in _DONE:
            break
    return results[-1:]


def _against(desk: Desk, stack: list[Receipt], undone: list[Receipt], book: Rulebook) -> str:
    """Return why no earlier portrait of ours may come back at a target, "" where one may, or none would."""
    before = stack[: len(stack) - len(undone)]
    if not undone or not before:
        return ""
    employee, last = undone[0].employee, undone[0].at
    now = rights(desk, employee, rules=book.now())
    said = now.answers.get(employee, ())
    reason = (
        taken_back(said, last)
        or taken_back_before(said, before[-1].at)
        or now.against(employee)
        or now.painted(employee, before[-1:])
    )
    return f"{WHY[reason]}; so it is what was there before any portrait of ours" if reason else ""


def _foreseen(desk: Desk, stack: list[Receipt], run: str, book: Rulebook, *, force: bool) -> list[Result]:
    undone = _undone(stack, run)
    if not undone:
        return _in_the_way(stack, run)
    if why := _against(desk, stack, undone, book):
        seen = _would_put_back(desk, undone[0], stack[0].replaced, force=False)
        return [replace(seen, code=f"to be {TAKEN_OFF}", sentence=why) if not seen.sentence else seen]
    return [_would_put_back(desk, undone[0], undone[-1].replaced, force=force)]


def _would_put_back(desk: Desk, receipt: Receipt, back: str, *, force: bool) -> Result:
    """Return what undoing a write would do, with ``back`` ("" for nothing) in its place at the end; nothing is changed."""
    employee, target = receipt.employee, receipt.target
    try:
        there = desk.place.look(target)
        if not force and not (desk.shows(there, receipt.replaced) or desk.shows(there, receipt.sent)):
            return Result(employee, target, CONFLICT, THEIRS)
        if back:
            desk.vault.get(back)
    except (OutsideError, PhotoError) as error:
        return Result(employee, target, FAILED, str(error))
    return Result(employee, target, "to restore" if back else "to remove")


def _undone(stack: list[Receipt], run: str) -> list[Receipt]:
    """Return the writes to undo, the latest first: those of the run (or all) that follow upon each other."""
    found: list[Receipt] = []
    for receipt in reversed(stack):
        if (run and receipt.run != run) or (found and receipt.sent != found[-1].replaced):
            break
        found.append(receipt)
    return found


def _in_the_way(stack: list[Receipt], run: str) -> list[Result]:
    """Return what keeps a run's write from being undone: a later one."""
    top = stack[-1]
    if not run or top.run == run or all(receipt.run != run for receipt in stack):
        return []
    sentence = f"run {top.run} published here since; roll that back first"
    return [Result(top.employee, top.target, CONFLICT, sentence)]

"""Publishing: exactly what the plan says, to people who approved exactly this picture.

What is there is stored before it is replaced; what somebody else changed meanwhile stays; a second
time writes nothing; a program that was killed is settled by reading back before anything else.
"""

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from catchlight.audit import Act
from catchlight.company import Person, read_book
from catchlight.desk import Desk
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.journal import State, shown, stacks
from catchlight.publish_guards import guard
from catchlight.publish_plan import PersonPlan, Plan, Removal
from catchlight.publish_planning import outdated
from catchlight.publish_right import WHY, Rights, Rulebook, rights
from catchlight.records import Answer, Receipt
from catchlight.runs import run_folder
from catchlight.sending import CONFLICT, FAILED, Result, note, send, settle, take_off
from catchlight.transaction import Transaction
from catchlight.vault import digest_of

__all__ = ["apply", "check", "run_folder", "take_off_people"]

Part = TypeVar("Part")

UNCHANGED, STOPPED = "unchanged", "stopped"
_BREAKER = 10
_SHOWN = 10


def check(desk: Desk, plan: Plan) -> None:
    """Settle what was interrupted, and raise ConfigError unless the world is as the plan saw it."""
    if plan.destination != desk.place.name:
        message = f"the plan is for {plan.destination}, not for {desk.place.name}; make one for it"
        raise ConfigError(message)
    guard(desk, plan)
    settle(desk)
    problems = outdated(desk, plan)
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        message = (
            f"nothing was written: the plan is out of date ({'; '.join(problems[:_SHOWN])}{more}); plan again"
        )
        raise ConfigError(message)
    told = f"{plan.destination} {plan.run} people={len(plan.people)} off={len(plan.removals)}"
    desk.register.tell(Act.APPLY, getpass.getuser(), detail=told)


def apply(desk: Desk, plan: Plan, start: int = 0, stop: int | None = None) -> list[Result]:
    """Publish the people ``start`` to ``stop`` of a plan that passed :func:`check`, as many at once as the place allows.

    Ten people in a row who fail stop it. Raises OutsideError when the journal cannot be kept.
    """
    everyone, book = read_book(run_folder(desk.home, plan.run)).people, Rulebook(desk.home)

    def publish(person: PersonPlan) -> list[Result]:
        return _publish(desk, plan, person, everyone[person.employee], book)

    return _until_breakdown(desk, publish, plan.people[start:stop])


def take_off_people(desk: Desk, plan: Plan) -> list[Result]:
    """Take off whom a plan that passed :func:`check` takes off; what that leaves is not shown any more."""
    standing = _stacks(desk)

    def remove(removal: Removal) -> list[Result]:
        files = [file for file in removal.files if file.target in standing]
        return [take_off(desk, standing[file.target], file.back) for file in files]

    return _until_breakdown(desk, remove, plan.removals)


def _until_breakdown(desk: Desk, work: Callable[[Part], list[Result]], parts: Sequence[Part]) -> list[Result]:
    """Do what is to be done for each, and stop after ten failures in a row."""
    results: list[Result] = []
    failures = 0
    for found in desk.side_by_side(work, parts):
        results += found
        failures = failures + 1 if any(result.code == FAILED for result in found) else 0
        if failures == _BREAKER:
            sentence = f"{failures} people in a row failed, so nothing more was tried: {results[-1].sentence}"
            return [*results, Result("", "", STOPPED, sentence)]
    return results


def _publish(desk: Desk, plan: Plan, person: PersonPlan, whose: Person, book: Rulebook) -> list[Result]:
    written = desk.register.receipts(desk.place.name, person.employee)
    ours = {(stack[-1].target, stack[-1].sent) for stack in stacks(written).values()}
    stands = _noting_theirs(desk, person, shown(written))
    receipts = [
        Receipt(plan.destination, person.employee, file.target, file.sent, file.found, "", "", plan.run)
        for file in person.files
        if file.change != "conflict"
    ]
    looked = [(r, _look(desk, r, mine=(r.target, r.sent) in ours)) for r in receipts]
    results = [result for _, result in looked if result]
    same = [
        r for r, result in looked if result and result.code == UNCHANGED and (r.target, r.sent) not in stands
    ]
    # Not our write, or somebody's put back, but what we would write: from now on it is ours to list and to watch.
    note(desk, [replace(receipt, replaced=receipt.sent) for receipt in same], State.DONE)
    ready = [receipt for receipt, result in looked if not result]
    note(desk, ready, State.BACKED_UP)
    if not ready:
        return results

    rules = book.now()

    def against(store: Transaction) -> str:
        return _withdrawn(rights(desk, person.employee, store, rules), person, whose)

    return results + send(desk, ready, against=against)


def _noting_theirs(desk: Desk, person: PersonPlan, stands: Mapping[str, Receipt]) -> set[tuple[str, str]]:
    """Return which of our files stand there; where a plan saw another picture, that is noted."""
    theirs = {file.target for file in person.files if file.change == "conflict"}
    note(desk, [receipt for target, receipt in stands.items() if target in theirs], State.THEIRS)
    return {(target, receipt.sent) for target, receipt in stands.items() if target not in theirs}


def _withdrawn(now: Rights, person: PersonPlan, whose: Person) -> str:
    """Return why a planned picture may not be published any more, "" when it may: an answer may have changed since the plan."""
    reason, picture = now.of(whose)
    if reason != Answer.APPROVE:
        return f"not any more: {WHY[reason]}"
    return "" if picture == person.picture else "another of their portraits was chosen"


def _look(desk: Desk, receipt: Receipt, *, mine: bool) -> Result | None:
    """Store what is there; None when the file may be sent, else why not. ``mine``: it was sent there before."""
    try:
        there = desk.place.look(receipt.target)
        found = "" if there is None else digest_of(there)
        if found == receipt.sent or (mine and desk.shows(there, receipt.sent)):
            return Result(receipt.employee, receipt.target, UNCHANGED)
        if found != receipt.replaced:
            sentence = "somebody changed it since the plan; theirs stays"
            return Result(receipt.employee, receipt.target, CONFLICT, sentence)
        if there is not None:
            desk.vault.keep(there)
    except (OutsideError, PhotoError) as error:
        return Result(receipt.employee, receipt.target, FAILED, str(error))
    return None


def _stacks(desk: Desk) -> dict[str, list[Receipt]]:
    return stacks(desk.register.receipts(desk.place.name))

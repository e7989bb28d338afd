"""Somebody who is in no run can still get a link to their page: left out at their own word, or gone and still shown."""

from collections.abc import Iterable
from dataclasses import replace

from catchlight.coming_back import rests
from catchlight.company import Person
from catchlight.identities import read_ids
from catchlight.journal import standing_now
from catchlight.known import last_entry
from catchlight.outbox import State
from catchlight.records import Employee
from catchlight.runs import Portrait
from catchlight.shared_addresses import sharers
from flows.letters import Bureau


def with_left_out(bureau: Bureau, ids: Iterable[str]) -> Bureau:
    """Return a bureau that knows of those, too, whom the newest run left out at their word, or who left and are still shown."""
    found = [_staff(bureau, id_) for id_ in ids if id_ not in bureau.book.people]
    more = {staff.id: Person(Portrait(staff, None, None)) for staff in found if staff}
    if not more:
        return bureau
    people = {**bureau.book.people, **more}
    sharing = sharers(bureau.home, [person.portrait.employee for person in people.values()], bureau.clock())
    return replace(bureau, book=replace(bureau.book, people=people), sharing=sharing)


def with_waiting(bureau: Bureau) -> Bureau:
    """Return a bureau that knows of those, too, for whom a letter waits, such as for the morning."""
    letters = bureau.outbox.letters().values()
    return with_left_out(bureau, {one.employee for one in letters if one.state == State.QUEUED})


def _staff(bureau: Bureau, employee: str) -> Employee | None:
    """Return what the last run that had somebody says of them, else the list: a run of a few people does not have the others.

    None for who is in neither, asks for no page, or left and is shown nowhere.
    """
    shown = bool(standing_now(bureau.register.receipts(employee=employee)))
    seen = read_ids(bureau.home).seen.get(employee)
    here = not seen.gone if seen else rests(bureau.home, bureau.register, employee)
    if not shown and not here:
        return None
    if known := last_entry(bureau.home, employee):
        return known
    return Employee(employee, display_name=seen.name, email=seen.email) if seen else None

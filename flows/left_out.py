"""Somebody whom a run left out at their own word can still get a link to their page: they, or HR for them, ask for it."""

from collections.abc import Iterable
from dataclasses import replace

from catchlight.coming_back import rests
from catchlight.company import Person
from catchlight.identities import read_ids
from catchlight.known import newest_of
from catchlight.records import Employee
from catchlight.runs import Portrait
from catchlight.shared_addresses import shared
from flows.letters import Bureau


def with_left_out(bureau: Bureau, ids: Iterable[str]) -> Bureau:
    """Return a bureau that knows of those, too, whom the newest run left out at their word; of nobody who left."""
    absent = [id_ for id_ in ids if id_ not in bureau.book.people]
    resting = [_staff(bureau, id_) for id_ in absent if rests(bureau.home, bureau.register, id_)]
    more = {staff.id: Person(Portrait(staff, None, None)) for staff in resting if staff}
    if not more:
        return bureau
    people = {**bureau.book.people, **more}
    found = shared(person.portrait.employee for person in people.values()).values()
    return replace(
        bureau,
        book=replace(bureau.book, people=people),
        sharing=frozenset(id_ for ids in found for id_ in ids),
    )


def _staff(bureau: Bureau, employee: str) -> Employee | None:
    """Return what the last run that had somebody says of them, else the list; None for who left, or is in neither."""
    seen, (_, known) = read_ids(bureau.home).seen.get(employee), newest_of(bureau.home, employee)
    if seen and seen.gone:
        return None
    if known:
        return known.portrait.employee
    return Employee(employee, display_name=seen.name, email=seen.email) if seen else None

"""Somebody who is in no run and has a page all the same: left out at their own word, not taken along, or gone and still shown."""

from datetime import datetime
from pathlib import Path

from catchlight.coming_back import rests
from catchlight.company import Book
from catchlight.identities import read_ids
from catchlight.journal import standing_now
from catchlight.known import last_entry
from catchlight.records import Employee
from catchlight.register import Register
from catchlight.shared_addresses import sharers


def outsider(home: Path, register: Register, employee: str) -> Employee | None:
    """Return what the last run that had somebody says of them, else the list: a run of a few people does not have the others.

    None for who is in neither, asks for no page, or left and is shown nowhere.
    """
    shown = bool(standing_now(register.receipts(employee=employee)))
    seen = read_ids(home).seen.get(employee)
    here = not seen.gone if seen else rests(home, register, employee)
    if not shown and not here:
        return None
    if known := last_entry(home, employee):
        return known
    return Employee(employee, display_name=seen.name, email=seen.email) if seen else None


def has_mailbox(home: Path, book: Book, staff: Employee, now: datetime) -> bool:
    """Whether somebody has an address that is theirs alone."""
    people = [staff, *(person.portrait.employee for person in book.people.values())]
    return "@" in staff.email and staff.id not in sharers(home, people, now)

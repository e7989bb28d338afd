"""Whose account is whose: by one declared value, exactly one for each, and never by name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from catchlight.place import Accounts
from catchlight.records import Employee
from catchlight.spelling import folded

Field = Literal["id", "email", "subject"]


def paired(
    people: Sequence[Employee], field: Field, called: str, found: Iterable[tuple[str, Sequence[str]]]
) -> Accounts:
    """Pair people with the accounts that carry their value; ``found`` is (account, its values).

    ``called`` is what the system calls the value. Whoever has no account, two, or one that is another
    person's too is absent with a sentence.
    """
    accounts, owners = defaultdict(set), defaultdict(set)
    for account, values in found:
        for value in map(folded, values):
            accounts[value].add(account)
    for person in people:
        for account in accounts.get(folded(getattr(person, field)), ()):
            owners[account].add(person.id)
    targets, absent = {}, {}
    for person in people:
        value = getattr(person, field).strip()
        mine = accounts.get(folded(value), set()) if value else set()
        why = _why_not(value, field, called, len(mine), max((len(owners[one]) for one in mine), default=0))
        if why:
            absent[person.id] = why
        else:
            targets[person.id] = next(iter(mine))
    return Accounts(targets, absent)


def _why_not(value: str, field: Field, called: str, accounts: int, people: int) -> str:
    if not value:
        return f"the list of people has no {field} for this person, and accounts are found by it"
    if accounts == 0:
        return f"no account has {called} {value}"
    if accounts > 1:
        return f"{accounts} accounts have {called} {value}, and which one is right cannot be told"
    if people > 1:
        return f"the account with {called} {value} belongs to {people} people of the list"
    return ""

"""Invitations as they hold now: a deadline that was prolonged is a row beside its invitation."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from catchlight.review_records import Extension, Invitation

Rows = Callable[..., list[Any]]  # Register.rows or Transaction.rows


def prolonged(invitations: Iterable[Invitation], extensions: Iterable[Extension]) -> list[Invitation]:
    """Return invitations with the deadlines that hold now; the links live as long."""
    until: dict[str, str] = {}
    for row in extensions:
        until[row.invitation] = max(row.until, until.get(row.invitation, ""))
    return [_later(one, until.get(one.id, "")) for one in invitations]


def _later(one: Invitation, until: str) -> Invitation:
    return replace(one, expires=max(one.expires, until), deadline=max(one.deadline, until)) if until else one


def asks(one: Invitation) -> bool:
    """Whether an invitation asks something; one whose deadline was its own moment only leads to a page."""
    return one.deadline != one.at


def invitations(rows: Rows, **where: str) -> list[Invitation]:
    """Return the invitations whose id or employee is given (all, when nothing is), as they hold now."""
    there = {"invitation" if name == "id" else name: value for name, value in where.items()}
    return prolonged(rows(Invitation, **where), rows(Extension, **there))

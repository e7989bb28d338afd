"""What the audit log tells of one person: who looked at their pictures, their sign-ins, what was done; and what they did."""

from collections.abc import Iterator

from catchlight.audit import Act, Seal
from catchlight.audit_reading import Entry, entries
from catchlight.register import Register


def lines_of(register: Register, seal: Seal, employee: str) -> list[dict[str, str]]:
    """Return the lines about a person or by them, the oldest first; whom they looked at or wrote about is left out."""
    return [
        {
            "number": str(line.number), "at": line.at, "act": line.act, "by": line.by,
            "about": line.person if line.person == employee else "", "detail": line.detail,
        }
        for line in _theirs(entries(register, seal), employee)
    ]  # fmt: skip


def _theirs(lines: Iterator[Entry], employee: str) -> Iterator[Entry]:
    """Yield the lines of a person, also of them as their sign-in calls them."""
    called = {employee}
    for line in lines:
        if line.act == Act.SIGN_IN and line.person == employee:
            called.add(line.by)
        if line.person == employee or line.by in called:
            yield line

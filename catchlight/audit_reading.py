"""What the audit log tells, in words: whose each reference is, as long as that person was not erased."""

from collections.abc import Iterator
from dataclasses import dataclass

from catchlight.audit import AuditLine, AuditName, Seal
from catchlight.register import Register

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it is read: ids where they are known, else references."""

    number: int
    at: str
    act: str
    by: str
    person: str
    detail: str
    seal: str


def entries(register: Register, seal: Seal, person: str = "", by: str = "") -> Iterator[Entry]:
    """Yield the lines in their order; of one person, or by one, when an id is given."""
    with register.snapshot() as store:
        named = store.rows(AuditName)
        names = {one.reference: one.name for one in named if seal.reference(one.name) == one.reference}
        wanted = {
            "person": seal.reference(person) if person else "",
            "by": seal.reference(by) if by else "",
        }
        after: int | None = None
        while page := store.added(AuditLine, after, _PAGE):
            after = page[-1][0]
            for _, line in page:
                if all(not ref or getattr(line, field) == ref for field, ref in wanted.items()):
                    yield _entry(line, names)


def _entry(line: AuditLine, names: dict[str, str]) -> Entry:
    by, person = (names.get(ref, f"#{ref}" if ref else "") for ref in (line.by, line.person))
    return Entry(int(line.number), line.at, line.act, by, person, line.detail, line.seal)

"""What a job believes of a person whom several systems know: each field from the source that is believed first."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial

from catchlight.config import settled
from catchlight.identities import Claim
from catchlight.job_file import JobFile
from catchlight.joining import Person
from catchlight.records import Employee, Rung
from catchlight.source import Field, Finding
from catchlight.spelling import composed

_NAMES = {field.name for field in fields(Employee)} - {"id", "rung", "preset"}
_LISTS = ("folder", "sftp")  # kinds whose entries are no more than the ids of a list


@dataclass(frozen=True, slots=True)
class Roll:
    """How a job believes its sources: fields first from here, then from there."""

    file: JobFile
    sources: Sequence[str]

    def value(self, person: Person, name: Field) -> str:
        """Return a field of somebody, from the source that is believed first; "" for none."""
        first = self.file.people.first.get(name, ())
        order = [*first, *(source for source in self.sources if source not in first)]
        return " ".join(person.value(name, order).split())

    def name(self, person: Person) -> str:
        """Return what somebody is called."""
        whole = f"{self.value(person, 'given_name')} {self.value(person, 'family_name')}".strip()
        return self.value(person, "display_name") or whole or self.owner(person)

    def owner(self, person: Person) -> str:
        """Return whose entry somebody is first of all: the source and its key."""
        source = next(iter(person.entries))
        return f"{source} {person.entries[source].key}"

    def wants(self, person: Person) -> bool:
        """Whether the job is about somebody."""
        only = self.file.people.only
        if only.started_since and _day(self.value(person, "started")) < only.started_since:
            return False
        return only.takes(partial(self.value, person))

    def preset(self, person: Person) -> str:
        """Return the look of the first group that somebody belongs to, "" for the job's."""
        groups = (group for group in self.file.groups if group.takes(partial(self.value, person)))
        return next((settled(group.preset) for group in groups), "")

    def claim(self, person: Person) -> Claim:
        """Return which id somebody claims."""
        field = self.file.people.id
        source, entry = next(iter(person.entries.items()))
        id_ = self.value(person, field) if field else entry.key
        reused = id_ == entry.key and self.file.sources[source].kind in _LISTS
        told = (self.value(person, "email"), self.value(person, "subject"))
        return Claim(composed(id_), self.owner(person), self.name(person), *told, reused)


def employee(id_: str, person: Person, roll: Roll, findings: list[Finding]) -> Employee:
    """Return what is believed of somebody; a rung that is none is told, and then their photo is not changed at all."""
    known = {name: roll.value(person, name) for name in _NAMES}  # type: ignore[arg-type]  # fields that both have
    rung = roll.value(person, "rung").casefold()
    if rung and rung not in tuple(Rung):
        told = f"rung {rung!r} of {id_!r} is none of {', '.join(Rung)}; until it is, this photo is not changed at all."
        findings.append(Finding("bad_rung", told))
        rung = Rung.KEEP
    return Employee(id_, **known, rung=rung, preset=roll.preset(person))


def _day(text: str) -> date:
    """Return a day; one that cannot be read is long ago."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return date.min

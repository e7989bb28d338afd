"""One person from several systems: by declared values that exactly one person has, and never by name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catchlight.source_memory import Known
from catchlight.spelling import folded


@dataclass(frozen=True, slots=True)
class Listed:
    """One source's people. ``join`` are the fields by which they are found among those of the sources before it."""

    name: str
    people: Sequence[Known]
    join: Sequence[str] = ()
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One person: which entry of each source is theirs, by source name, in the order of the sources."""

    entries: Mapping[str, Known]

    def value(self, name: str, order: Sequence[str]) -> str:
        """Return what the first source says that says anything; ``order`` are source names."""
        found = (
            self.entries[source].values.get(name, "").strip() for source in order if source in self.entries
        )
        return next((value for value in found if value), "")


@dataclass(frozen=True, slots=True)
class Loose:
    """An entry that belongs to nobody: ``why`` is a code (``nobody``, ``several``, ``disagree``, ``doubled``)."""

    source: str
    known: Known
    why: str
    told: str


@dataclass(slots=True)
class Joined:
    """Everybody, and what was left over."""

    people: list[Person] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)


def join(sources: Sequence[Listed]) -> Joined:
    """Join people of several sources, one source after the other.

    The first source says who there is. An entry of another one belongs to the person who alone has its value of a
    join field; where two fields lead to two people, or two entries to one person, nobody gets them. A source that
    ``adds`` brings people of its own whom no join field leads anywhere.
    """
    joined = Joined()
    for listed in [replace(first, adds=True) for first in sources[:1]] + [*sources[1:]]:
        claims = _claims(joined, listed)
        fresh = [Person({listed.name: one}) for one in _fresh(joined, listed, claims)]
        joined.people = [
            _with(person, listed.name, claims.get(n)) for n, person in enumerate(joined.people)
        ] + fresh
    return joined


def _with(person: Person, source: str, found: list[Known] | None) -> Person:
    return Person({**person.entries, source: found[0]}) if found and len(found) == 1 else person


def _fresh(joined: Joined, listed: Listed, claims: Mapping[int, list[Known]]) -> Iterator[Known]:
    """Return whom a source brings, and tell of those who are of no use."""
    for found in claims.values():
        if len(found) > 1:
            keys = ", ".join(one.key for one in found[:5])
            told = f"{len(found)} entries lead to one person ({keys}); none of them is used"
            joined.loose += [Loose(listed.name, one, "doubled", told) for one in found]
    taken = {one.key for found in claims.values() for one in found}
    taken |= {one.known.key for one in joined.loose if one.source == listed.name}
    for one in listed.people:
        if one.key not in taken:
            if listed.adds:
                yield one
            else:
                joined.loose.append(Loose(listed.name, one, "nobody", _alone(one, listed.join)))


def _claims(joined: Joined, listed: Listed) -> dict[int, list[Known]]:
    """Return the entries that lead to each person, by the person's place in the list."""
    claims: dict[int, list[Known]] = defaultdict(list)
    index = {name: _index(joined.people, name) for name in listed.join}
    for one in listed.people:
        found = {name: owners for name in listed.join if (owners := _owners(index[name], one, name))}
        sure = {next(iter(owners)) for owners in found.values() if len(owners) == 1}
        if len(sure) == 1:
            claims[next(iter(sure))].append(one)
        elif found:
            joined.loose.append(_unclear(listed.name, one, found, many=not sure))
    return dict(claims)


def _alone(one: Known, names: Sequence[str]) -> str:
    """Return why an entry leads to nobody: by the values that it has."""
    said = " or ".join(f"{name} {value}" for name in names if (value := one.values.get(name, "").strip()))
    return f"nobody has its {said}" if said else f"it has no {' or '.join(names)}"


def _unclear(source: str, one: Known, found: Iterable[str], *, many: bool) -> Loose:
    said = " and ".join(f"{name} {one.values.get(name, '')}" for name in found)
    if many:
        return Loose(source, one, "several", f"several people have {said}; which one it is cannot be told")
    return Loose(source, one, "disagree", f"{said} lead to different people")


def _owners(index: Mapping[str, set[int]], one: Known, name: str) -> set[int]:
    return index.get(folded(one.values.get(name, "")), set())


def _index(people: Sequence[Person], name: str) -> dict[str, set[int]]:
    """Return who has each value of a field, in any source."""
    index: dict[str, set[int]] = defaultdict(set)
    for number, person in enumerate(people):
        for one in person.entries.values():
            value = folded(one.values.get(name, ""))
            if value:
                index[value].add(number)
    return index

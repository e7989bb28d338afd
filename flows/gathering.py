"""Who there is, by a job file: every source brought up to date, people joined, and their photos at hand."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from catchlight import identities
from catchlight.agreement import Opinion
from catchlight.config import settled
from catchlight.errors import ConfigError
from catchlight.heard import heard_of
from catchlight.identities import Claim
from catchlight.job import Job
from catchlight.job_file import JobFile
from catchlight.joining import Listed, Person, join
from catchlight.out_of_reach import DISAGREE
from catchlight.permission import read_permissions
from catchlight.records import Employee, Photo
from catchlight.source import Directory, Entry, Finding, Page, Source, owner
from catchlight.source_memory import FOLDER, Known, Memory
from catchlight.storeroom import Storeroom, storeroom_of
from catchlight.tombstones import Tombstones, read_tombstones
from connectors._pace import share
from flows import admission, agreeing, source_report
from flows.roll import Roll, employee
from flows.shorter_list import must_list_most
from flows.sources import Wired, wire
from flows.syncing import fetch_photos, list_people


def read(job: Job, room: Storeroom | None = None) -> Directory:
    """Bring the sources of a job file up to date, and return who there is. ConfigError, OutsideError.

    What they told, and their photos, are kept in the home, or in ``room``.
    Photos are fetched of those alone who are refreshed: not of people whom no other system knows, whom the job does not
    want, or who said that their photo shall not be processed.
    """
    file, sources = wire(job.source)
    room = room or storeroom_of(job.home)
    share(job.home / "pace")
    with ExitStack() as closing_:
        opened = [_opened(closing_, job, room, one) for one in sources]
        joined = join([one.listed(accept=job.accept_fewer) for one in opened])
        roll = Roll(file, [one.name for one in sources])
        must_list_most(job, _ids_of(joined.people, roll, room))
        findings = source_report.write(job.home, joined, roll.sources, lambda one: roll.claim(one).id)
        findings += [
            Finding(kind, f"{one.wired.name}: {told}")
            for one in opened
            for kind, told in one.source.findings()
        ]
        people = _settled(job, room, roll, joined.people, findings)
        stones = read_tombstones(job.home)
        wanted_ = {id_ for id_, one in people.items() if roll.wants(one) and not stones.has("id", id_)}
        findings += admission.erased(max(len(one.erased) for one in opened))
        people = {id_: person for id_, person in people.items() if id_ in wanted_}
        _somebody(job, people, findings)
        staff = {id_: Employee(id_, country=roll.value(person, "country")) for id_, person in people.items()}
        refused = read_permissions(job.home).barred(staff.values())
        asked = admission.named(job, people)
        shown = {
            id_
            for id_, person in people.items()
            if id_ not in refused and asked.wants(id_, roll.value(person, "department"))
        }
        people = _photographed(opened, people, shown)
    employees = [employee(id_, person, roll, findings) for id_, person in people.items()]
    findings += _empty_groups(file, employees)
    held = agreeing.Held(job.home, staff)
    wanted = {id_: people[id_] for id_ in sorted(shown)}
    seen = agreeing.opinions(job, file.faces, wanted, room, held) if file.faces else {}
    findings += [*agreeing.findings(people, seen, room), *held.findings()]
    compared = sorted(people.keys() - refused.keys())  # a picture is two people's, whoever is refreshed
    photos = [photo for id_ in compared for photo in _photos(id_, people[id_], seen.get(id_, Opinion()))]
    theirs = [photo for photo in agreeing.unshared(photos, findings) if photo.employee in shown]
    return Directory(employees, theirs, findings)


@dataclass(frozen=True, slots=True)
class _Opened:
    """One source at work, with what it told last time."""

    wired: Wired
    source: Source
    memory: Memory
    home: Path
    room: Storeroom
    erased: set[str] = field(default_factory=set)

    def listed(self, *, accept: bool) -> Listed:
        """Bring up to date who is there, and return it."""
        table = self.wired.table
        list_people(self._living(), self.memory, 1.0 if accept else table.at_most_fewer)
        return Listed(self.wired.name, list(self.memory.people()), table.join, table.adds)

    def _living(self) -> Source:
        """Return the source without the entries of people who were erased."""
        stones, name = read_tombstones(self.home), self.wired.name

        def pages(mark: str) -> Iterator[Page]:
            for page in self.source.pages(mark):
                gone = [_is_erased(stones, name, one) for one in page.entries]
                told = list(zip(page.entries, gone, strict=True))
                self.erased.update(owner(one.key) for one, erased in told if erased and not one.gone)
                yield replace(page, entries=[one for one, erased in told if not erased])

        return replace(self.source, pages=pages) if stones else self.source

    def photographed(self, keys: set[str]) -> dict[str, Known]:
        """Fetch the photos of some people, and return everybody by key."""
        fetch_photos(self.source, self.memory, self.room.vault, keys)
        return {one.key: one for one in self.memory.people()}


def _is_erased(stones: Tombstones, source: str, entry: Entry) -> bool:
    named = (entry.values.get(name, "") for name in ("employee_number", "email", "username"))
    key = owner(entry.key)  # a further photo is of whom the first one is of
    return stones.has(source, key) or any(stones.has("id", value) for value in (key, *named))


def _opened(stack: ExitStack, job: Job, room: Storeroom, one: Wired) -> _Opened:
    memory = stack.enter_context(closing(Memory(memory_file(room.root, one.name))))
    source = stack.enter_context(closing(one.open()))
    if not room.kept:  # a drop archives nothing that is not safely here
        source = replace(source, done=lambda _: None)
    return _Opened(one, source, memory, job.home, room)


def _photographed(
    opened: Sequence[_Opened], people: Mapping[str, Person], shown: set[str]
) -> dict[str, Person]:
    """Fetch the photos of those who are shown; return everybody with what is known of them then."""
    after = {}
    for one in opened:
        name = one.wired.name
        keys = {people[id_].entries[name].key for id_ in shown if name in people[id_].entries}
        after[name] = one.photographed(keys)
    return {
        id_: Person({name: after[name][known.key] for name, known in person.entries.items()})
        for id_, person in people.items()
    }


def _somebody(job: Job, people: Mapping[str, Person], findings: Sequence[Finding]) -> None:
    if not people:
        told = "; ".join(finding.sentence for finding in findings[:3])
        raise ConfigError(f"{job.source}: nobody is left: look at people.only, and at what was found: {told}")


def _ids_of(people: Sequence[Person], roll: Roll, room: Storeroom) -> set[str]:
    """Return the ids of whom the job wants, as they are known here."""
    ids = identities.read_ids(room.root)
    return {ids.of(roll.claim(person)) for person in people if roll.wants(person)}


def memory_file(home: Path, name: str) -> Path:
    """Return where a source's memory lies."""
    return home / FOLDER / f"{name}.db"


def _settled(
    job: Job, room: Storeroom, roll: Roll, people: Sequence[Person], findings: list[Finding]
) -> dict[str, Person]:
    """Return people by id; whoever has none, one that two have, or one that has to be confirmed, is left out and told."""
    claims = {roll.owner(person): roll.claim(person) for person in people}
    often = Counter(claim.id for claim in claims.values())
    field = roll.file.people.id
    for claim in claims.values():
        if not claim.id:
            findings.append(Finding("empty_id", f"{claim.name} ({claim.owner}) has no {field}; left out."))
        elif often[claim.id] > 1:
            told = (
                f"{often[claim.id]} people have the id {claim.id}; {claim.name} ({claim.owner}) is left out."
            )
            findings.append(Finding("duplicate_id", told))
    sound = [claim for claim in claims.values() if claim.id and often[claim.id] == 1]
    before, where = identities.read_ids(room.root), f" --job {shlex.quote(str(job.source))}"
    heard = heard_of(job.home) if before.seen else set[str]()
    ids, held = identities.settle(before, sound, roll.file.people.back_within_days, heard, where)
    findings += [Finding("id_to_confirm", f"{why}.") for why in held.values()]
    owners = {claim.owner: ids.of(claim) for claim in sound if claim.owner not in held}
    found = {owners[owner]: person for person in people if (owner := roll.owner(person)) in owners}
    outside = {id_ for id_, person in found.items() if not roll.wants(person)}
    identities.write_ids(room.root, identities.with_outside(ids, before, outside))
    return dict(sorted(found.items()))


def claims_of_job(job_file: Path, home: Path) -> list[Claim]:
    """Return who claims which id, by what the sources told last; nothing is asked of them."""
    file, sources = wire(job_file)
    listed = []
    for one in sources:
        with closing(Memory(memory_file(home, one.name))) as memory:
            listed.append(Listed(one.name, list(memory.people()), one.table.join, one.table.adds))
    roll = Roll(file, [one.name for one in sources])
    return [roll.claim(person) for person in join(listed).people]


def _empty_groups(file: JobFile, employees: Sequence[Employee]) -> Iterator[Finding]:
    """Tell of groups in which nobody is: a name in their filter may be written otherwise."""
    had = {employee.preset for employee in employees}
    for group in file.groups:
        if settled(group.preset) not in had:
            yield Finding(
                "empty_group", f"The group with the preset {group.preset} has nobody; look at its filter."
            )


def _photos(id_: str, person: Person, seen: Opinion) -> Iterator[Photo]:
    """Return somebody's photos that are not somebody else's, each picture once, from the source that is named first."""
    had: set[str] = set()
    for source, one in ((source, one) for source, known in person.entries.items() for one in known.photos):
        odd = agreeing.named(source, one) in seen.odd and not seen.tied
        if not (one.digest or one.note) or one.digest in had or odd:
            continue
        had.add(one.digest)
        file, day = f"{source}/{' '.join(one.key.split())}", one.values.get("photo_date", "")[:10]
        note = agreeing.note(seen) or one.note
        reason = DISAGREE if seen.tied else one.reason
        yield Photo(id_, file, one.digest * (not seen.tied), day, one.size, note=note, reason=reason)

"""Which photos of a job's sources are of somebody else: compared one to one, before anything is rendered."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from catchlight.agreement import Faces, Opinion, opinion, swapped
from catchlight.job import Job
from catchlight.joining import Person
from catchlight.look import store_of
from catchlight.permission import read_permissions
from catchlight.promises import BIOMETRIC_CHECK
from catchlight.records import Employee, Photo
from catchlight.source import Finding, owner
from catchlight.source_memory import Known
from catchlight.storeroom import Storeroom
from catchlight.vault import Vault
from flows.progress import Counter

_SHOWN = 5
_NOTE = "{} have photos of different people; correct the wrong one there, and the next run takes it."


@dataclass(slots=True)
class Held:
    """Asks of one person after the other whether their faces may not be compared, and counts those of whom that holds."""

    home: Path
    staff: Mapping[str, Employee]
    who: dict[str, str] = field(default_factory=dict)

    def __call__(self, id_: str) -> bool:
        """Whether somebody's faces may not be compared, as of now."""
        found = read_permissions(self.home, id_).may(self.staff[id_], BIOMETRIC_CHECK)
        if not found:
            self.who[id_] = found.why
        return not found

    def findings(self) -> Iterator[Finding]:
        """Tell of how many people faces were not compared, and why not."""
        for why in dict.fromkeys(self.who.values()):
            ids = [id_ for id_, theirs in self.who.items() if theirs == why]
            shown = ", ".join(ids[:_SHOWN]) + (" and others" if len(ids) > _SHOWN else "")
            told = (
                f"Photos of {len(ids)} {'person' if len(ids) == 1 else 'people'} differ between systems ({shown}), and their faces were not compared: {why}. "
                "The best photo is used, whoever it shows: somebody has to look at these."
            )
            yield Finding("faces_not_compared", told)


def opinions(
    job: Job,
    engine: str,
    people: Mapping[str, Person],
    room: Storeroom,
    held: Callable[[str], bool] = lambda _: False,
) -> dict[str, Opinion]:
    """Return what is odd about people's photos, by id, for those of whom something is; ConfigError, OutsideError.

    ``held`` is asked right before the faces of somebody (by id) are compared; of whom it holds, they are not.
    """
    memory = room.root / "sources" / "faces.db"
    with closing(Faces(engine, store_of(job), room.vault, memory)) as faces:
        counter, found = Counter("Comparing photos", len(people)), {}
        for id_, person in people.items():
            seen = opinion(pictures(person), partial(faces.same, allowed=partial(_free, held, id_)))
            counter.step()
            if seen.odd:
                found[id_] = seen
    return found


def _free(held: Callable[[str], bool], id_: str) -> bool:
    return not held(id_)


def pictures(person: Person) -> dict[str, str]:
    """Return somebody's photos: the digest by source, a further one of the source by what it is called there."""
    return {
        named(source, one): one.digest
        for source, known in person.entries.items()
        for one in known.photos
        if one.digest
    }


def named(source: str, one: Known) -> str:
    """Return what one photo of a source is called: by the source alone where it is the first of this person."""
    further = one.key.removeprefix(owner(one.key)).strip()
    return f"{source} {further}".rstrip()


def note(seen: Opinion) -> str:
    """Return why none of somebody's photos is taken, "" when some are."""
    return _NOTE.format(" and ".join(seen.odd)) if seen.tied else ""


def findings(people: Mapping[str, Person], seen: Mapping[str, Opinion], room: Storeroom) -> Iterator[Finding]:
    """Tell of photos that show somebody else, of those that two people exchanged, and where it cannot be told."""
    for id_, one in seen.items():
        if one.tied:
            yield Finding("photos_disagree", f"{id_}: {note(one)}")
        else:
            others = " and ".join(source for source in pictures(people[id_]) if source not in one.odd)
            told = (
                f"{id_}: {' and '.join(one.odd)} shows somebody else than {others}; that photo is not used."
            )
            yield Finding("photo_of_another", told)
    for source, first, second in _swapped(people, seen, room.vault):
        yield Finding(
            "photos_swapped", f"{source}: the photo of {first} is that of {second}; were they exchanged?"
        )


def _swapped(
    people: Mapping[str, Person], seen: Mapping[str, Opinion], vault: Vault
) -> list[tuple[str, str, str]]:
    clear = {id_: one for id_, one in seen.items() if not one.tied}
    odd = [(id_, source, pictures(people[id_])[source]) for id_, one in clear.items() for source in one.odd]
    right = {
        id_: next(digest for source, digest in pictures(people[id_]).items() if source not in one.odd)
        for id_, one in clear.items()
    }
    return swapped(odd, right, vault)


def unshared(photos: Sequence[Photo], findings: list[Finding]) -> list[Photo]:
    """Give a picture that several people have to none of them; copies of one person's own stay."""
    owners: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        owners[photo.digest].add(photo.employee)
    shared = [photo for photo in photos if photo.digest and len(owners[photo.digest]) > 1]
    for digest in dict.fromkeys(photo.digest for photo in shared):
        files = [photo for photo in shared if photo.digest == digest]
        told = ", ".join(f"{photo.employee} ({photo.file})" for photo in files[:_SHOWN])
        who = f"{len(owners[digest])} people have the very same picture: {told}"
        findings.append(Finding("shared_photo", f"{who}; nobody gets it."))
    return [photo for photo in photos if photo not in shared]

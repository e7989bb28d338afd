"""Who there is, by a plain folder: an id that another person has now waits, as one of a job file does, until somebody says so."""

import shlex
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from catchlight import identities, ledger
from catchlight.errors import ConfigError, PhotoError
from catchlight.heard import heard_of
from catchlight.identities import Claim, Ids
from catchlight.job import Job
from catchlight.permission import read_permissions
from catchlight.records import Employee, Photo, by_employee
from catchlight.runs import run_folder
from catchlight.source import Directory, Finding
from catchlight.storeroom import Storeroom
from catchlight.tombstones import read_tombstones
from catchlight.vault import digest_of
from connectors import folder
from flows import agreeing
from flows.shorter_list import must_list_most


def read(job: Job, settings: folder.Folder, room: Storeroom) -> Directory:
    """Return who is in a folder, by the ids under which they are known here; who has to be confirmed is left out and told."""
    found, ids = folder.read(settings), _ids(job.home, room)
    claims, photos, stones = claims_of(found.employees), by_employee(found.photos), read_tombstones(job.home)
    must_list_most(job, {ids.of(one) for one in claims})
    told = [
        _shown(job.home, settings, ids, one, photos.get(one.id, []))
        for one in claims
        if not stones.has("id", ids.of(one))  # nothing of who was erased is written down again
    ]
    heard = heard_of(job.home) if ids.seen else set[str]()
    after, held = identities.settle(ids, told, None, heard, f" --source {shlex.quote(str(job.source))}")
    identities.write_ids(room.root, after)
    known = {one.id: after.of(one) for one in claims if one.owner not in held}
    findings = [*found.findings, *(Finding("id_to_confirm", f"{why}.") for why in held.values())]
    people = [replace(one, id=known[one.id]) for one in found.employees if one.id in known]
    theirs = [replace(one, employee=known[one.employee]) for one in found.photos if one.employee in known]
    unread = read_permissions(job.home).barred(people).keys() | {
        one.id for one in people if stones.has("id", one.id)
    }
    return Directory(people, unshared(settings, theirs, unread, findings), findings)


def unshared(
    settings: folder.Folder, photos: Sequence[Photo], unread: Container[str], findings: list[Finding]
) -> list[Photo]:
    """Give a picture that is there for several people to none of them; files of one size alone are read for it.

    The photos of ``unread`` are not read, and so are nobody's double.
    """
    owners: dict[int, set[str]] = {}
    for one in photos:
        owners.setdefault(one.size, set()).add(one.employee)
    doubtful = [one for one in photos if len(owners[one.size]) > 1 and one.employee not in unread]
    told = [replace(one, digest=_digest(settings, one)) for one in doubtful]
    kept = {(one.employee, one.file) for one in agreeing.unshared(told, findings)}
    lost = {(one.employee, one.file) for one in doubtful} - kept
    return [one for one in photos if (one.employee, one.file) not in lost]


def claims_of(employees: Sequence[Employee]) -> list[Claim]:
    """Return who claims which id in a list."""
    return [
        Claim(one.id, identities.listed(one.id), _named(one), one.email, one.subject, reused=True)
        for one in employees
    ]


def _named(person: Employee) -> str:
    return person.display_name or f"{person.given_name} {person.family_name}".strip()


def _ids(home: Path, room: Storeroom) -> Ids:
    """Return whose ids were whose; where nothing remembers it yet, as the newest run has it."""
    ids = identities.read_ids(room.root)
    file = None if ids.seen else _newest(home, Employee)
    people = ledger.records(Employee, ledger.read(file)) if file else []
    return Ids({one.id: one.seen for one in claims_of(people)}, ids.others) if people else ids


def _newest(home: Path, record: type) -> Path | None:
    try:
        file = run_folder(home) / ledger.file_name(record)
    except ConfigError:
        return None
    return file if file.is_file() else None


def _shown(home: Path, settings: folder.Folder, ids: Ids, claim: Claim, photos: Sequence[Photo]) -> Claim:
    """Return a claim that is in doubt with what its photo says: one that the id had in the newest run is its owner's."""
    id_ = ids.of(claim)
    file = _newest(home, Photo)
    if file is None or id_ not in ids.seen or not identities.is_another(claim, ids.seen[id_]):
        return claim
    had = set(ledger.read(file).filter(pl.col("employee") == id_)["digest"]) - {""}
    return replace(claim, shown=bool(had) and any(_digest(settings, one) in had for one in photos))


def _digest(settings: folder.Folder, photo: Photo) -> str:
    try:
        return digest_of(folder.fetch(settings, photo))
    except PhotoError:
        return ""

"""Drawing up what a refresh will do, and reading it again."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from catchlight import allowances, caps, ledger
from catchlight.config import settled
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.look import Look, look_of
from catchlight.plan import Plan
from catchlight.records import Employee, Photo
from catchlight.wish import NO_WISH, Wish

_NOBODY: Mapping[str, Wish] = {}


def draw_up(
    job: Job,
    employees: Sequence[Employee],
    photos: Sequence[Photo],
    findings: Iterable[dict[str, str]],
    wishes: Mapping[str, Wish] = _NOBODY,
) -> Plan:
    """Write a plan, or return the unfinished one that wants exactly the same."""
    home, look = Home(job.home), look_of(job)
    groups = {name: look_of(job, name) for name in sorted({person.preset for person in employees} - {""})}
    wishes = {person: wish for person, wish in wishes.items() if wish != NO_WISH}
    consents, uncompared = allowances.agreed(job, employees), allowances.uncompared(job, employees)
    want = _want(job, [look, *groups.values()], wishes, employees, photos)
    rights = [*sorted(consents.items()), *sorted(uncompared)]
    want = hashlib.sha256(f"{want} {rights}".encode()).hexdigest() if rights else want
    for run in home.unfinished():
        if _wanted(home, run) == want:
            plan = replace(read(home, run, job), resumed=True)
            _tabulate(plan, employees, photos)  # whole again, should they be damaged
            return plan
    told = (*findings, *([] if job.of_some else _capped(employees, {"": look} | groups)))
    told += tuple(allowances.told(uncompared))
    plan = Plan(
        _new_run(home), job, look, _now(), told, groups=groups, wishes=wishes, agreed=consents,
        uncompared=uncompared,
    )  # fmt: skip
    _tabulate(plan, employees, photos)
    write_json(plan.folder / "plan.json", _plain(plan, want))
    return plan


def _tabulate(plan: Plan, employees: Sequence[Employee], photos: Sequence[Photo]) -> None:
    ledger.write(plan.folder / ledger.file_name(Employee), ledger.table(Employee, employees))
    ledger.write(plan.folder / ledger.file_name(Photo), ledger.table(Photo, photos))


def _wanted(home: Home, run: str) -> str:
    """Return the digest of what a run wanted, "" where its plan is damaged."""
    try:
        return str(json.loads((home.ledger(run) / "plan.json").read_bytes())["want"])
    except (ValueError, KeyError, TypeError):
        return ""


def _capped(employees: Sequence[Employee], looks: Mapping[str, Look]) -> list[dict[str, str]]:
    """Return what may leave a cap without effect, look by look."""
    return [
        finding
        for name, look in looks.items()
        for finding in caps.findings([one for one in employees if one.preset == name], look.rungs)
    ]


def read(home: Home, run: str, job: Job) -> Plan:
    """Return a plan that was drawn up before."""
    old = json.loads((home.ledger(run) / "plan.json").read_bytes())
    job = _onto(job, old.get("job", {}))
    groups = {name: Look.of(plain) for name, plain in old.get("groups", {}).items()}
    wishes = {person: Wish.of(plain) for person, plain in old.get("wishes", {}).items()}
    consents = {person: tuple(purposes) for person, purposes in old.get("agreed", {}).items()}
    return Plan(
        run, job, Look.of(old), old["started"], tuple(old["findings"]), groups=groups, wishes=wishes,
        agreed=consents, uncompared=frozenset(old.get("uncompared", ())),
    )  # fmt: skip


def _onto(job: Job, planned: Mapping[str, Any]) -> Job:
    """Return a job that goes on with another run as it was planned to, whoever reads the plan."""
    if not planned.get("onto"):
        return job
    told = {"onto": planned["onto"], "onto_everyone": bool(planned.get("onto_everyone"))}
    return job.model_copy(update=told | {"only": tuple(planned["only"]), "departments": ()})


def _plain(plan: Plan, want: str) -> dict[str, Any]:
    return {
        "run": plan.run, "want": want, **plan.look.plain(), "started": plan.started,
        "groups": {name: look.plain() for name, look in plan.groups.items()},
        "job": _settled(plan.job).model_dump(mode="json"), "findings": list(plan.findings),
        "wishes": {person: wish.plain() for person, wish in plan.wishes.items()},
        "agreed": {person: list(purposes) for person, purposes in plan.agreed.items()},
        "uncompared": sorted(plan.uncompared),
    }  # fmt: skip


def _settled(job: Job) -> Job:
    """Return a job whose paths mean the same from whichever folder it is read again."""
    models = job.models.resolve() if job.models else None
    return job.model_copy(
        update={"source": job.source.resolve(), "preset": settled(job.preset), "models": models}
    )


def _want(
    job: Job,
    looks: Iterable[Look],
    wishes: Mapping[str, Wish],
    employees: Sequence[Employee],
    photos: Sequence[Photo],
) -> str:
    parts = [json.dumps(look.plain(), sort_keys=True) for look in looks]
    parts += [str(job.shard_size), *map(repr, employees), *map(repr, photos)]
    parts += [f"{person} {wish.key}" for person, wish in sorted(wishes.items())]
    parts += [job.onto, *job.only] if job.onto else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _new_run(home: Home) -> str:
    name = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    taken = [run for run in (name, *(f"{name}-{n}" for n in range(2, 1000))) if not home.ledger(run).exists()]
    return taken[0]

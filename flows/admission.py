"""Who of a list is taken into a run, and, told in sentences, how many are not and why."""

from collections import Counter as Tally
from collections.abc import Container, Mapping, Sequence

from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.permission import Permission, read_permissions
from catchlight.records import Employee
from catchlight.source import Finding
from catchlight.spelling import ids_of
from catchlight.tombstones import Tombstones, read_tombstones


def admit(
    job: Job, listed: Sequence[Employee], findings: Sequence[Finding]
) -> tuple[list[Employee], list[Finding]]:
    """Return who is taken in, and the findings with those about whom is not. ConfigError when nobody is left."""
    stones = read_tombstones(job.home)
    there = [person for person in listed if not stones.has("id", person.id)]
    job = named(job, {person.id for person in there})
    chosen = _only(job, there, stones, findings)
    barred = read_permissions(job.home).barred(chosen)
    told = [*findings, *erased(len(listed) - len(there)), *_left_out(barred)]
    return _willing(chosen, barred), told


def named(job: Job, known: Container[str]) -> Job:
    """Return a job with the ids that it names as they are known: one with a comma in it stays one."""
    return job.model_copy(update={"only": ids_of(job.only, known) or job.only})


def erased(count: int) -> list[Finding]:
    """Tell how many were erased and are listed all the same."""
    told = (
        f"Left out, and not read, because they were erased: {count}. Take them out of the list; whoever wants to be taken in "
        "again needs catchlight people readmit ID."
    )
    return [Finding("erased", told)] if count else []


def _willing(employees: list[Employee], refused: Mapping[str, Permission]) -> list[Employee]:
    """Leave out whose photo may not be processed: it is not even read. ConfigError when nobody's may."""
    willing = [person for person in employees if person.id not in refused]
    if employees and not willing:
        message = f"nobody is left: of all of them it holds that {next(iter(refused.values())).why}"
        raise ConfigError(message)
    return willing


def _left_out(barred: Mapping[str, Permission]) -> list[Finding]:
    """Tell how many were left out at their own word, and how many for want of a yes."""
    refused = sum(one.is_own_no for one in barred.values())
    unasked = Tally(one.why for one in barred.values() if not one.is_own_no)
    told = {f"Left out, and not read: {count} ({why}; see trust.toml)." for why, count in unasked.items()}
    sentence = f"Left out, and not read, at their own word (do not process my photo): {refused}."
    own = [Finding("refused", sentence)] if refused else []
    return own + [Finding("not_agreed", one) for one in sorted(told)]


def _only(
    job: Job, employees: list[Employee], stones: Tombstones, findings: Sequence[Finding]
) -> list[Employee]:
    """Keep the people that the job names; ConfigError for an id or a department that nobody has."""
    unknown = set(job.only) - {person.id for person in employees}
    if unknown:
        id_ = min(unknown)
        message = f"--only {id_}: {_why_not(id_, stones, findings) or f'nobody in {job.source} has this id'}"
        raise ConfigError(message)
    there = {person.department.strip() for person in employees} - {""}
    known = {name.casefold() for name in there}
    for name in job.departments:
        if name.strip().casefold() not in known:
            shown = ", ".join(sorted(there)) or "none"
            message = f"--department {name}: nobody in {job.source} is in it; there are: {shown}"
            raise ConfigError(message)
    return [person for person in employees if job.wants(person.id, person.department)]


def _why_not(id_: str, stones: Tombstones, findings: Sequence[Finding]) -> str:
    """Return why somebody who is asked for is not there, where it is no mistake in the id."""
    if stones.has("id", id_):
        return f"this person was erased here; catchlight people readmit {id_} lets them in again"
    waits = (one.sentence for one in findings if one.kind == "id_to_confirm")
    return next((one.rstrip(".") for one in waits if f" confirm {id_} " in one), "")

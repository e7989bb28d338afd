"""Read the source and draw up the plan."""

from dataclasses import replace

from prefect import task

from catchlight import plan as plans
from catchlight.config import Job
from catchlight.errors import ConfigError, PhotoError
from catchlight.home import Home
from catchlight.plan import Plan
from catchlight.records import Employee, Photo
from catchlight.vault import Vault
from connectors import folder
from flows.progress import Counter


@task(task_run_name="gather", persist_result=False)
def gather(job: Job) -> Plan:
    """Read who there is, put their photos into the vault, and draw up the plan."""
    settings = folder.Settings(root=job.source)
    found = folder.read(settings)
    employees = _only(job, found.employees)
    ids = {person.id for person in employees}
    wanted = [photo for photo in found.photos if photo.employee in ids]
    counter = Counter("Reading photos", len(wanted))
    photos = [_fetch(settings, photo, Home(job.home).vault, counter) for photo in wanted]
    findings = [{"kind": item.kind, "sentence": item.sentence} for item in found.findings]
    return plans.draw_up(job, employees, photos, findings)


def _only(job: Job, employees: list[Employee]) -> list[Employee]:
    """Keep the people that the job names; ConfigError for an id that nobody has."""
    if not job.only:
        return employees
    unknown = set(job.only) - {person.id for person in employees}
    if unknown:
        message = f"--only {min(unknown)}: nobody in {job.source} has this id"
        raise ConfigError(message)
    return [person for person in employees if person.id in job.only]


def _fetch(settings: folder.Settings, photo: Photo, vault: Vault, counter: Counter) -> Photo:
    try:
        data = folder.fetch(settings, photo)
    except PhotoError as error:
        return replace(photo, note=str(error))
    finally:
        counter.step()
    return replace(photo, digest=vault.put(data), size=len(data))

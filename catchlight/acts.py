"""What a run does with photos that people are asked about one by one: comparing faces, painting around a person, clothes."""

import json
from collections.abc import Iterable
from pathlib import Path

from catchlight.job import Job
from catchlight.job_file import read_toml
from catchlight.painting import CLOTHES, GENERATE
from catchlight.promises import BIOMETRIC_CHECK
from catchlight.studio import knows_people

ACTS = (GENERATE, CLOTHES, BIOMETRIC_CHECK)


def acts_of(job: Job, groups: Iterable[str] = ()) -> list[str]:
    """Return what a job would do to whom it may; ``groups`` are the presets of its groups."""
    looks = [job.brand(), *map(job.brand, groups)]
    done = {
        GENERATE: any(look.paints for look in looks),
        CLOTHES: any(look.paints and look.generate.clothing for look in looks),
        BIOMETRIC_CHECK: _compares(job) or any(knows_people(look.engines.likeness) for look in looks),
    }
    return [act for act in ACTS if done[act]]


def told_acts(folder: Path) -> tuple[str, ...]:
    """Return what a finished run said of itself; nothing where it was made before runs said so."""
    told = folder / "run.json"
    return tuple(json.loads(told.read_bytes()).get("acts", ())) if told.is_file() else ()


def _compares(job: Job) -> bool:
    """Whether the job lets the photos of several systems be compared with each other."""
    return job.from_file and bool(read_toml(job.source).get("faces"))

"""The looks of a run: the company's, and those of groups. Everybody is judged and compared by their own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from catchlight import ledger
from catchlight.config import Preset
from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.judge import judge
from catchlight.plan import Plan
from catchlight.records import Employee, Reading, Render, Verdict

COMPANY = ""  # the preset of whoever is in no group


def judged(plan: Plan, tables: Mapping[type, pl.DataFrame]) -> pl.DataFrame:
    """Return everybody's verdict, by the limits of their own preset and beside those who look alike."""
    people = _people(tables[Employee])
    alone = len(people) == 1  # then the tables are not copied
    look_by_look = []
    for name, ids in people.items():
        renders, readings = (tables[kind] if alone else _of(tables[kind], ids) for kind in (Render, Reading))
        look_by_look.append(judge(renders, readings, plan.job.brand(name), wishes=plan.wishes))
    verdicts = pl.concat([ledger.table(Verdict, []), *look_by_look])
    return verdicts.sort("employee", maintain_order=True)


def beside(employees: pl.DataFrame) -> pl.DataFrame | None:
    """Return who is to be compared with whom (columns employee, group); None when all have one look."""
    if employees["preset"].n_unique() < 2:
        return None
    return employees.select(employee="id", group="preset")


def told(plan: Plan, employees: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what run.json says of the groups' looks: ``preset`` as the job names it, name, title, digest, people."""
    return [
        {"preset": name, **facts(plan.job.brand(name)), "people": len(ids)}
        for name, ids in _people(employees).items()
        if name != COMPANY
    ]


def facts(preset: Preset) -> dict[str, Any]:
    """Return what run.json says of a preset: what publishing needs of it, too, since its file may change or go."""
    plain = preset.model_dump(mode="json", include={"name", "title", "crop", "delivery"})
    return plain | {"digest": preset.digest()}


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what run.json says of each preset by which a run looked, by its name in the employees' table.

    Raises OSError, ValueError, KeyError or TypeError when it does not say.
    """
    run = json.loads((folder / "run.json").read_bytes())
    groups = {str(group["preset"]): dict(group) for group in run.get("groups", [])}
    return {COMPANY: dict(run["preset"])} | groups


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each preset by which a run looked, by its name as in :func:`kept`; raises as that does."""
    return {name: str(told["digest"]) for name, told in kept(folder).items()}


def changed(job: Job, folder: Path) -> list[str]:
    """Return the presets by which a run looked that are not as they were then; ConfigError when it does not say."""
    try:
        then = digests(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"run {folder.name}: its run.json cannot be read; run `catchlight refresh`"
        raise ConfigError(message) from error
    return [name or job.preset for name, was in then.items() if job.brand(name).digest() != was]


def names(folder: Path) -> dict[str, str]:
    """Return by which preset each person of a run looks, by id."""
    rows = ledger.records(Employee, ledger.read(folder / ledger.file_name(Employee)))
    return {person.id: person.preset for person in rows}


def _people(employees: pl.DataFrame) -> dict[str, list[str]]:
    """Return the ids of those who have each look, the company's first."""
    parts = employees.sort("preset").partition_by("preset", as_dict=True, maintain_order=True)
    return {str(name): part["id"].to_list() for (name,), part in parts.items()}


def _of(table: pl.DataFrame, ids: list[str]) -> pl.DataFrame:
    return table.filter(pl.col("employee").is_in(ids))

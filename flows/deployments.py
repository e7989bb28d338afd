"""What can be started from Prefect's pages: each flow with this company's folder, presets and departments filled in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from catchlight import ledger
from catchlight.config import preset_names
from catchlight.errors import ConfigError
from catchlight.records import Employee
from catchlight.runs import run_folder
from flows.destinations import FILE, destinations
from flows.publish import publish
from flows.redo_flow import redo
from flows.refresh import refresh
from flows.sources import wire
from flows.upkeep import purge, remind, verify, withdrawals

_ALONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)


@dataclass(frozen=True, slots=True)
class Deployed:
    """One flow as it is deployed: under which name, with what filled in, when by itself, and what its form offers."""

    flow: Flow[Any, Any]
    name: str
    parameters: Mapping[str, Any]
    schedules: tuple[Any, ...] = ()
    choices: Mapping[str, list[str]] = field(default_factory=dict)

    def deployment(self) -> RunnerDeployment:
        """Return it as Prefect wants it; one run at a time, others wait."""
        made: RunnerDeployment = self.flow.to_deployment(  # type: ignore[assignment]  # not awaited here
            self.name,
            parameters=dict(self.parameters),
            schedules=list(self.schedules),
            concurrency_limit=_ALONE,
            tags=["catchlight", self.flow.name],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        return made

    def form(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema of the form with the choices that this company has."""
        properties = {name: dict(one) for name, one in schema["properties"].items()}
        for name, values in self.choices.items():
            properties[name] = _chosen(properties[name], values)
        return dict(schema) | {"properties": properties}


def _chosen(one: dict[str, Any], values: list[str]) -> dict[str, Any]:
    """Return a field that is chosen from a list; a list of texts is chosen one by one."""
    if one.get("type") == "string":
        return one | {"enum": values}
    plain = {key: value for key, value in one.items() if key != "anyOf"}
    return plain | {"type": "array", "items": {"type": "string", "enum": values}}


def deployed(home: Path, jobs: Iterable[Path]) -> list[Deployed]:
    """Return all flows of a home folder; ConfigError for a job file that is wrong."""
    at, usual = {"home": str(home)}, {"departments": departments(home)}
    choices = {name: found for name, found in usual.items() if found}
    found = [_job(path, at, choices) for path in jobs] or [_last(home, at, choices)]
    places = list(destinations(home)) if (home / FILE).is_file() else []
    offered = {"destination": places} if places else {}
    return [
        *found,
        Deployed(redo, "company", at),
        Deployed(remind, "company", at, (Cron("10 * * * *", slug="hourly", active=False),)),
        Deployed(publish, "company", at, choices=offered),
        Deployed(verify, "company", at, (Cron("0 4 * * *", slug="nightly", active=False),)),
        Deployed(withdrawals, "company", at, (Cron("20 * * * *", slug="hourly", active=False),)),
        Deployed(purge, "company", at, (Cron("30 4 * * *", slug="nightly", active=False),)),
    ]


def _job(path: Path, at: Mapping[str, str], choices: Mapping[str, list[str]]) -> Deployed:
    """Return the refresh of a job file; when it has a schedule it runs by itself."""
    file, _ = wire(path)
    parameters = {**at, "source": str(path.resolve())}  # preset and engine are read when it runs
    timed = (
        (Cron(file.schedule.refresh, timezone=file.schedule.timezone, slug="job-file"),)
        if file.schedule
        else ()
    )
    return Deployed(refresh, path.stem, parameters, timed, {**choices, "preset": _presets(file.preset)})


def _last(home: Path, at: Mapping[str, str], choices: Mapping[str, list[str]]) -> Deployed:
    """Return a refresh that is started by hand, with the source and the preset of the newest run filled in."""
    parameters = dict(at)
    try:
        job = json.loads((home / "ledger" / run_folder(home).name / "plan.json").read_bytes())["job"]
        parameters |= {"source": job["source"], "preset": job["preset"]}
    except (ConfigError, OSError, ValueError, KeyError):
        pass  # nothing was refreshed yet: the form asks
    chosen = {**choices, "preset": _presets(parameters.get("preset", "house"))}
    return Deployed(refresh, "company", parameters, choices=chosen)


def _presets(used: str) -> list[str]:
    return list(dict.fromkeys([used, *preset_names()]))


def departments(home: Path) -> list[str]:
    """Return the departments of the newest run, [] before the first."""
    try:
        people = pl.read_parquet(run_folder(home) / ledger.file_name(Employee))
    except (ConfigError, OSError):
        return []
    return sorted({name.strip() for name in people["department"].to_list()} - {""})

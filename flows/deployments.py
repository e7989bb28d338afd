"""What can be started from Prefect's pages: each flow with this company's folder, presets and departments filled in."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from catchlight.errors import ConfigError
from catchlight.runs import run_folder
from catchlight.sheet_links import ADDRESS
from flows import offers
from flows.alarm import alarm
from flows.automations import ALARM
from flows.destinations import FILE, destinations
from flows.joiners import joiners
from flows.publish import publish
from flows.redo_flow import redo
from flows.refresh import refresh
from flows.sources import wire
from flows.upkeep import purge, remind, verify, withdrawals

_ALONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
NAMES = {
    "refresh": "Refresh portraits",
    "joiners": "Welcome new joiners",
    "redo": "Make another try",
    "remind": "Send reminders",
    "publish": "Publish what was approved",
    "verify": "Check what is published",
    "withdrawals": "Put back what was withdrawn",
    "purge": "Delete what is past its term",
    "alarm": ALARM,
}


_FOR_GOOD = ("home", "source")  # the command says them, so that nobody has to


@dataclass(frozen=True, slots=True)
class Deployed:
    """One flow as it is deployed: with what filled in, when by itself, of which job, and what its form offers."""

    flow: Flow[Any, Any]
    parameters: Mapping[str, Any]
    schedules: tuple[Any, ...] = ()
    choices: Mapping[str, list[str]] = field(default_factory=dict)
    job: str = ""

    @property
    def name(self) -> str:
        """What it is called on Prefect's pages."""
        name = NAMES[self.flow.name]
        return f"{name} ({self.job})" if self.job else name

    @property
    def description(self) -> str:
        """What it does, and where the presets can be seen."""
        words = (self.flow.description or "").partition("\n\n")[0]
        presets = self.choices.get("preset", [])
        return f"{words}\n\n{_of_presets(presets)}" if presets else words

    def _presets(self) -> str:
        """Return the help of the field: where pictures are, else words."""
        at = _pictures()
        return (
            f"How the portraits are to look. Pictures of each: {at}"
            if at
            else offers.in_words(self.choices["preset"])
        )

    def deployment(self) -> RunnerDeployment:
        """Return it as Prefect wants it; one run at a time, others wait."""
        made: RunnerDeployment = self.flow.to_deployment(  # type: ignore[assignment]  # not awaited here
            self.name,
            parameters=dict(self.parameters),
            schedules=list(self.schedules),
            concurrency_limit=_ALONE,
            tags=["catchlight", self.flow.name],
            description=self.description,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        return made

    def form(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema of the form with the choices that this company has, without what is filled in for good."""
        given = [name for name in _FOR_GOOD if self.parameters.get(name)]
        properties = {name: dict(one) for name, one in schema["properties"].items() if name not in given}
        for name, values in self.choices.items():
            properties[name] = offers.chosen(properties[name], values)
        if "preset" in self.choices:
            properties["preset"] |= {"default": self.choices["preset"][0], "description": self._presets()}
        asked = [name for name in schema.get("required", ()) if name not in given]
        return {**schema, "properties": properties, "required": asked}


def _of_presets(names: Iterable[str]) -> str:
    """Return a list of presets for a page, with the way to their pictures where they are served."""
    see = f"[See every preset]({_pictures()})\n\n" if _pictures() else ""
    return see + "\n".join(f"* {offers.in_words([name])}" for name in names)


def _pictures() -> str:
    """Return where the presets' pictures are served, "" where they are not."""
    at = os.environ.get(ADDRESS, "")
    return f"{at.removesuffix('/').removesuffix('/sheets')}/presets" if at else ""


def deployed(home: Path, jobs: Iterable[Path]) -> list[Deployed]:
    """Return all flows of a home folder; ConfigError for a job file that is wrong."""
    at = {"home": str(home)}
    choices = {offers.DEPARTMENTS: found} if (found := offers.departments(home)) else {}
    jobs = list(jobs)
    asked = [_job(path, at, choices, path.stem if len(jobs) > 1 else "") for path in jobs]
    places = list(destinations(home)) if (home / FILE).is_file() else []
    offered = {"destination": places} if places else {}
    return [
        *(asked or [_last(home, at, choices)]),
        *(_joiners(path, at, path.stem if len(jobs) > 1 else "") for path in jobs),
        Deployed(redo, at),
        Deployed(remind, at, (_when("10 * * * *", "hourly"),)),
        Deployed(publish, at, choices=offered),
        Deployed(verify, at, (_when("0 4 * * *", "nightly"),)),
        Deployed(withdrawals, at, (_when("20 * * * *", "hourly"),)),
        Deployed(purge, at, (_when("30 4 * * *", "nightly"),)),
        Deployed(alarm, at),
    ]


def _when(cron: str, slug: str) -> Any:
    """Return a schedule that waits until somebody switches it on."""
    return Cron(cron, slug=slug, active=False)


def _job(path: Path, at: Mapping[str, str], choices: Mapping[str, list[str]], name: str) -> Deployed:
    """Return the refresh of a job file; when it has a schedule it runs by itself."""
    file, _ = wire(path)
    parameters = {**at, "source": str(path.resolve())}  # preset and engine are read when it runs
    timed = (
        (Cron(file.schedule.refresh, timezone=file.schedule.timezone, slug="job-file"),)
        if file.schedule
        else ()
    )
    return Deployed(refresh, parameters, timed, {**choices, "preset": offers.presets(file.preset)}, name)


def _joiners(path: Path, at: Mapping[str, str], name: str) -> Deployed:
    """Return the new-joiner pass of a job file."""
    parameters = {**at, "source": str(path.resolve())}
    return Deployed(joiners, parameters, (_when("0 6 * * 1-5", "weekday-mornings"),), job=name)


def _last(home: Path, at: Mapping[str, str], choices: Mapping[str, list[str]]) -> Deployed:
    """Return a refresh that is started by hand, with the source and the preset of the newest run filled in."""
    parameters = dict(at)
    try:
        job = json.loads((home / "ledger" / run_folder(home).name / "plan.json").read_bytes())["job"]
        parameters |= {"source": job["source"], "preset": job["preset"]}
    except (ConfigError, OSError, ValueError, KeyError):
        pass  # nothing was refreshed yet: the form asks
    chosen = {**choices, "preset": offers.presets(parameters.get("preset", "house"))}
    return Deployed(refresh, parameters, choices=chosen)

"""What the forms offer: this company's presets, departments and places, kept true while runs come and go."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from httpx import HTTPError
from prefect import get_client, runtime
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.exceptions import PrefectException

from catchlight import ledger
from catchlight.config import load_preset, preset_names
from catchlight.errors import ConfigError
from catchlight.records import Employee
from catchlight.runs import takes_in_everyone

DEPARTMENTS = "departments"
_NEWEST = 50  # plans that are looked at
_log = logging.getLogger("catchlight.flows")


def departments(home: Path) -> list[str]:
    """Return the departments of the newest plan of everybody, and of those drawn up since; [] before the first."""
    found: set[str] = set()
    plans = sorted((home / "ledger").glob("*/plan.json"), reverse=True)
    for plan in plans[:_NEWEST]:
        try:
            people = ledger.read(plan.parent / ledger.file_name(Employee), columns=["department"])
        except (ConfigError, OSError):
            continue
        found |= {name.strip() for name in people["department"].to_list()}
        if takes_in_everyone(home, plan.parent.name):
            break
    return sorted(found - {""})


def presets(used: str) -> list[str]:
    """Return the presets that can be chosen, the one in use first."""
    return list(dict.fromkeys([used, *preset_names()]))


def in_words(names: Sequence[str]) -> str:
    """Return what each preset looks like, in one line; one that cannot be read is named alone."""
    return " · ".join(f"{name}: {said}" if (said := _description(name)) else name for name in names)


def _description(name: str) -> str:
    try:
        return load_preset(name).description.rstrip(".")
    except ConfigError:
        return ""


def chosen(one: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    """Return a field that is chosen from a list; a list of texts is chosen one by one."""
    if one.get("type") != "array":
        return {**one, "enum": list(values)}
    return {**one, "items": {"type": "string", "enum": list(values)}}


def renew_form(home: Path, seen: Iterable[str] = ()) -> None:
    """Let the form that this run was started from offer the departments that there are now, and those just ``seen``."""
    deployment, found = runtime.deployment.id, sorted({*departments(home), *seen} - {""})
    if not deployment or not found:
        return
    try:
        with get_client(sync_client=True) as client:
            schema = client.read_deployment(deployment).parameter_openapi_schema or {}
            properties = schema.get("properties", {})
            if DEPARTMENTS not in properties:
                return
            offered = {**properties, DEPARTMENTS: chosen(properties[DEPARTMENTS], found)}
            changed = DeploymentUpdate(parameter_openapi_schema={**schema, "properties": offered})
            client.update_deployment(deployment, changed)
    except (HTTPError, PrefectException, OSError):  # the run itself is done
        _log.exception("the form could not be renewed")

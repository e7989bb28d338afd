"""What a run says about crops: which ones its preset has, and where each head lies on its portrait."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from catchlight import ledger, looks
from catchlight.config import Crop, Preset
from catchlight.cropping import Place, place_of
from catchlight.cuts import Delivery, PrintCrop
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.records import Reading, Render
from catchlight.runs import candidates

_Told = tuple[str, dict[str, float]]
_TELLS = ("head", "headroom", "eye_line", "centre")


def crops_of(home: Path, folder: Path) -> Mapping[str, PrintCrop]:
    """Return the crops of a run's preset as it is today; the usual ones when it cannot be read any more."""
    preset = _preset(home, folder)
    return preset.delivery.crops if preset else Delivery().crops


def usual_sizes(home: Path, folder: Path) -> tuple[str, ...]:
    """Return the sizes of a run's preset as it is today; the usual ones when it cannot be read any more."""
    preset = _preset(home, folder)
    return tuple(map(str, (preset.delivery if preset else Delivery()).sizes))


def square(home: Path, folder: Path) -> PrintCrop | None:
    """Return the crop that makes a run's portraits square, as places of people show them; None where they are."""
    preset = _preset(home, folder)
    return PrintCrop() if preset and preset.crop.aspect != 1 else None


def places(home: Path, folder: Path) -> dict[str, Place]:
    """Return where the head lies on each picture of a run, by digest; none whose readings do not say.

    Earlier portraits that people may still choose are among them.
    """
    crops = _frames(home, folder)
    found = _measured(folder) | _remembered(home, folder)
    known = {picture: place_of(values, crops.get(person)) for picture, (person, values) in found.items()}
    return {picture: place for picture, place in known.items() if place}


def _measured(folder: Path) -> dict[str, _Told]:
    """Return what a run's tables say of its portraits: whose, and what was read."""
    tables = [folder / ledger.file_name(kind) for kind in (Reading, Render)]
    try:
        with ledger.reading(*tables):
            readings, renders = map(pl.scan_parquet, tables)
            rows = (
                readings.filter(pl.col("check").is_in(_TELLS) & pl.col("value").is_not_null())
                .join(renders.select("employee", "recipe", "picture"), on=["employee", "recipe"])
                .select("picture", "employee", "check", "value")
                .collect()
            )
    except FileNotFoundError:
        return {}
    found: dict[str, _Told] = {}
    for picture, person, check, value in rows.iter_rows():
        found.setdefault(picture, (person, {}))[1][check] = value
    return found


def _remembered(home: Path, folder: Path) -> dict[str, _Told]:
    """Return what the recipes of earlier portraits gave."""
    found: dict[str, _Told] = {}
    for one in (row for rows in candidates(folder).values() for row in rows):
        for reading in (Home(home).recipes.recall(one.recipe) or {}).get("readings", []):
            if reading["check"] in _TELLS and reading["value"] is not None:
                found.setdefault(one.picture, (one.employee, {}))[1][reading["check"]] = reading["value"]
    return found


def _frames(home: Path, folder: Path) -> dict[str, Crop]:
    """Return the crop that each person was framed by; nobody's whose preset is not as it was."""
    try:
        looked, whose = looks.digests(folder), looks.names(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    presets = {name: _preset(home, folder, name) for name in looked}
    same = {
        name: preset.crop for name, preset in presets.items() if preset and preset.digest() == looked[name]
    }
    return {person: same[name] for person, name in whose.items() if name in same}


def _preset(home: Path, folder: Path, group: str = "") -> Preset | None:
    try:
        job = json.loads((Home(home).ledger(folder.name) / "plan.json").read_bytes())["job"]
        return Job.model_validate(job).brand(group)
    except (OSError, ValueError, KeyError, TypeError, ConfigError):
        return None

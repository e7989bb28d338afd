"""What a run says about crops: which ones its preset has, and where each head lies on its portrait."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

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
_Part = TypeVar("_Part", Crop, Delivery)
_UNTOLD = (OSError, ValueError, KeyError, TypeError)
_TELLS = ("head", "headroom", "eye_line", "centre")


def crops_of(home: Path, folder: Path) -> Mapping[str, PrintCrop]:
    """Return the crops of a run's preset as it is today; as it was then when it cannot be read any more."""
    return _delivery(home, folder).crops


def usual_sizes(home: Path, folder: Path) -> tuple[str, ...]:
    """Return the sizes of a run's preset as it is today; as it was then when it cannot be read any more."""
    return tuple(map(str, _delivery(home, folder).sizes))


def unread(home: Path, folder: Path) -> str:
    """Say that a run's preset cannot be read any more, why, and what counts instead; "" where it can."""
    try:
        _read(home, folder)
    except ConfigError as error:
        if looks.COMPANY in _then(folder, "delivery", Delivery):
            return f"{error}. Sizes and crops that are not named are those that it had in run {folder.name}."
        return (
            f"{error}. Run {folder.name} is of an earlier version, which kept no sizes and crops: what is not named is as usual "
            f"({', '.join(usual_sizes(home, folder))}), and portraits count as square. Put the preset back, or refresh with another one."
        )
    except _UNTOLD:
        pass
    return ""


def square(home: Path, folder: Path) -> PrintCrop | None:
    """Return the crop that makes a run's portraits square, as places of people show them; None where they are."""
    preset = _preset(home, folder)
    crop = _then(folder, "crop", Crop).get(looks.COMPANY) or (preset.crop if preset else Crop())
    return PrintCrop() if crop.aspect != 1 else None


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
    """Return the crop that each person was framed by.

    An older run does not say; then nobody's is known whose preset is not as it was.
    """
    try:
        looked, whose = looks.digests(folder), looks.names(folder)
    except _UNTOLD:
        return {}
    presets = {name: _preset(home, folder, name) for name in looked}
    same = {
        name: preset.crop for name, preset in presets.items() if preset and preset.digest() == looked[name]
    }
    framed = same | _then(folder, "crop", Crop)
    return {person: framed[name] for person, name in whose.items() if name in framed}


def _delivery(home: Path, folder: Path) -> Delivery:
    preset = _preset(home, folder)
    if preset:
        return preset.delivery
    return _then(folder, "delivery", Delivery).get(looks.COMPANY, Delivery())


def _then(folder: Path, section: str, shape: type[_Part]) -> dict[str, _Part]:
    """Return a section of each preset as it was when a run was made, by the preset's name; none of an older run."""
    try:
        told = looks.kept(folder)
        return {name: shape.model_validate(one[section]) for name, one in told.items() if section in one}
    except _UNTOLD:
        return {}


def _preset(home: Path, folder: Path, group: str = "") -> Preset | None:
    try:
        return _read(home, folder, group)
    except (*_UNTOLD, ConfigError):
        return None


def _read(home: Path, folder: Path, group: str = "") -> Preset:
    """Return a run's preset as it is today; ConfigError when it cannot be read, _UNTOLD when nobody says which it was."""
    job = json.loads((Home(home).ledger(folder.name) / "plan.json").read_bytes())["job"]
    return Job.model_validate(job).brand(group)

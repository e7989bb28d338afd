"""From a job file to sources that can be read: each table's connector, and its settings checked."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catchlight import plugins
from catchlight.config import load_preset
from catchlight.errors import ConfigError
from catchlight.job_file import OF_ALL_KINDS, JobFile, SourceTable, check_job, read_toml, refused
from catchlight.mistakes import mistakes
from catchlight.source import Source
from catchlight.studio import check_recogniser
from catchlight.workplace import Workplace
from flows import plugged


@dataclass(frozen=True, slots=True)
class Wired:
    """One source of a job: its table, and its connector's checked settings."""

    name: str
    table: SourceTable
    settings: Any

    def open(self) -> Source:
        """Return the source; nothing is asked of it yet. ConfigError when a secret cannot be read."""
        with plugged.blamed(self._who):
            source: Source = plugins.load("connectors", self.table.kind).open_source(self.settings, self.name)
        return plugged.source(self._who, self.name, source)

    def probe(self) -> list[str]:
        """Return what stands against reading it, in sentences; nothing is changed."""
        return plugged.proved(
            self._who, lambda: plugins.load("connectors", self.table.kind).probe_source(self.settings)
        )

    @property
    def _who(self) -> str:
        return f"source {self.name} ({plugins.described('connectors', self.table.kind)})"


def kinds() -> list[str]:
    """Return the connectors that can be read from."""
    return plugins.offering("connectors", "open_source")


def wire(path: Path) -> tuple[JobFile, list[Wired]]:
    """Read a job file and check each source's settings; ConfigError names every mistake at once."""
    raw = read_toml(path)
    job, told = check_job(raw)
    tables = raw.get("sources", {})
    checked = (
        {name: _settings(name, table, told) for name, table in tables.items()}
        if isinstance(tables, dict)
        else {}
    )
    told += _elsewhere(raw)
    if job is None or told:
        raise refused(path, told)
    return job, [Wired(name, table, checked[name]) for name, table in job.sources.items()]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source itself asks for: the preset of whoever is in no group, the engine ("" for the preset's), and where."""

    preset: str = "house"
    engine: str = ""
    on: Workplace = field(default_factory=Workplace)


def asked_by(source: Path) -> Asked:
    """Return what a job file asks for; a folder asks for nothing. ConfigError for a job file that is wrong."""
    if source.suffix != ".toml":
        return Asked()
    file, _ = wire(source)
    return Asked(file.preset, file.engine, file.run)


def _settings(name: str, table: Any, told: list[str]) -> Any:
    """Return a source's checked settings; what is wrong with them is told."""
    if not isinstance(table, dict) or "kind" not in table:
        return None  # told already
    if table["kind"] not in kinds():
        broken = _refusal("kind", table["kind"], partial(plugins.load, "connectors"))
        if broken and table["kind"] in plugins.names("connectors"):
            told.append(f"sources.{name}.{broken}")
            return None
        near = difflib.get_close_matches(str(table["kind"]), kinds(), 1)
        meant = f"; do you mean {near[0]}?" if near else ""
        told.append(f"sources.{name}.kind: {table['kind']!r} is none of {', '.join(kinds())}{meant}")
        return None
    model = plugins.load("connectors", table["kind"]).SourceSettings
    try:
        return model.model_validate({key: value for key, value in table.items() if key not in OF_ALL_KINDS})
    except ValidationError as error:
        told += mistakes(error, model, f"sources.{name}.", OF_ALL_KINDS)
        return None


def _elsewhere(raw: Mapping[str, Any]) -> list[str]:
    """Tell of presets that are not there, and of an engine that cannot compare faces."""
    groups = raw.get("groups")
    presets = {
        f"groups.{number}.preset": group.get("preset")
        for number, group in enumerate(groups if isinstance(groups, list) else ())
        if isinstance(group, dict)
    }
    told = [
        _refusal(key, named, load_preset) for key, named in ({"preset": raw.get("preset")} | presets).items()
    ]
    return list(filter(None, [*told, _refusal("faces", raw.get("faces"), check_recogniser)]))


def _refusal(key: str, named: Any, check: Callable[[str], object]) -> str:
    """Return what is wrong with what a key names; "" when nothing is, or it is told elsewhere."""
    try:
        if named and isinstance(named, str):
            check(named)
    except ConfigError as error:
        return f"{key}: {str(error).removeprefix(key.rpartition('.')[2]).lstrip(': ')}"
    return ""

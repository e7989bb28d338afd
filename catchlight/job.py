"""What to refresh: the same for the command line, a schedule and a form."""

from functools import cached_property
from pathlib import Path

from pydantic import Field

from catchlight.config import Preset, load_with
from catchlight.ground import Section
from catchlight.workplace import Workplace


class Job(Section):
    """One refresh, as somebody asked for it."""

    source: Path = Field(
        description="folder with directory.csv (or .xlsx) and photos/, or a job file (.toml)"
    )
    home: Path = Field(description="folder for everything that Catchlight keeps")
    preset: str = "house"
    engine: str = Field("", description="engine that does every job it offers")
    only: tuple[str, ...] = Field((), description="employee ids; empty for everyone")
    departments: tuple[str, ...] = Field((), description="only people of these; empty for everyone")
    onto: str = Field("", description="run from which everyone else is carried over unchanged")
    onto_everyone: bool = Field(default=False, description="whether that run was of the whole company")
    workers: int = Field(0, ge=0, description="processes; 0 for one a core")
    shard_size: int = Field(50, ge=1, le=5000, description="people a shard")
    on: Workplace = Workplace()
    share: str = Field("", description="slice with which this worker begins, such as 2/4; empty: not shared")
    models: Path | None = None
    allow_noncommercial: bool = False
    accept_fewer: bool = Field(default=False, description="take lists that lack many people since last time")

    @property
    def from_file(self) -> bool:
        """Whether the source is a job file."""
        return self.source.suffix == ".toml"

    @property
    def of_some(self) -> bool:
        """Whether the job is for some people of the source alone."""
        return bool(self.only or self.departments)

    def wants(self, employee: str, department: str) -> bool:
        """Whether the job is for somebody; capitals do not count in a department's name."""
        known = {name.strip().casefold() for name in self.departments}
        return (not self.only or employee in self.only) and (
            not known or department.strip().casefold() in known
        )

    def brand(self, group: str = "") -> Preset:
        """Return the preset, or a group's, with this job's engine; read once: a job under way keeps its looks."""
        if group not in self._brands:
            self._brands[group] = load_with(self.engine, group or self.preset)
        return self._brands[group]

    @cached_property
    def _brands(self) -> dict[str, Preset]:
        return {}

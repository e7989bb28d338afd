"""A job file: where a company's people are kept, how they are joined, and what happens to their photos. TOML."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from catchlight.errors import ConfigError
from catchlight.mistakes import mistakes
from catchlight.policy import TimeZone
from catchlight.settings_file import toml_in
from catchlight.source import Field as PersonField
from catchlight.workplace import Workplace

_SECRET = re.compile(r"(password|secret|token|api_?key|passphrase|private_key)$")
_UNSAFE = re.compile(r"^$|^[.\s]|[/\\]|\s$")
_LONGEST = 200  # bytes; a file's name has 255
AT_MOST_FEWER = 0.2
OF_ALL_KINDS = ("kind", "join", "adds", "at_most_fewer")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _cron(text: str) -> str:
    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        message = f'{text!r} is no time; write five fields, such as "0 3 * * 1" for Mondays at 3:00'
        raise ValueError(message) from error
    return text


class Schedule(_Section):
    """When the job runs by itself."""

    refresh: Annotated[str, AfterValidator(_cron)] = Field(
        description='five fields of cron, such as "0 3 * * 1"'
    )
    timezone: TimeZone = Field("UTC", description="such as Europe/Berlin")


class _Filter(_Section):
    """Some of the people, by what the sources say of them; an empty list means everybody."""

    department: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    employee_type: tuple[str, ...] = ()

    def takes(self, value: Callable[[PersonField], str]) -> bool:
        """Whether somebody, of whom ``value`` tells each field, is among them: in every list that names anything."""
        lists: Mapping[PersonField, tuple[str, ...]] = {
            "department": self.department, "country": self.country, "entity": self.entity,
            "employee_type": self.employee_type,
        }  # fmt: skip
        return all(not names or _same(value(key)) in map(_same, names) for key, names in lists.items())


def _same(name: str) -> str:
    return name.strip().casefold()


class Only(_Filter):
    """Who is refreshed, of everybody whom the sources have; an empty list means everybody."""

    started_since: date | None = Field(None, description="only who started on this day or later")


class Group(_Filter):
    """People who have a look of their own."""

    preset: str = Field(
        min_length=1, description="how these people look; whoever is in no group has the job's"
    )

    @model_validator(mode="after")
    def _of_some(self) -> Self:
        if not any((self.department, self.country, self.entity, self.employee_type)):
            message = 'name whose look it is: department, country, entity or employee_type, such as country = ["CH"]'
            raise ValueError(message)
        return self


class People(_Section):
    """Whose id is whose, and which system is believed for what."""

    id: PersonField | None = Field(
        None, description="the field that is a person's id; left out: the first source's own id"
    )
    first: dict[PersonField, tuple[str, ...]] = Field(
        default_factory=dict, description="by field, the sources that are believed first"
    )
    only: Only = Only()
    back_within_days: int = Field(
        30, ge=0, description="who comes back later than this, somebody has to confirm"
    )


class SourceTable(_Section):
    """What every source may say, whatever its kind; the other keys are its connector's own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(description='which connector reads it, such as "ldap", "microsoft365" or "http_table"')
    join: tuple[PersonField, ...] = Field(
        (), description="fields by which its people are found among those of the sources above"
    )
    adds: bool = Field(default=False, description="true: who is only here is an employee, too")
    at_most_fewer: float = Field(
        AT_MOST_FEWER, ge=0, lt=1, description="share of people that may be missing from one time to the next"
    )

    def own(self) -> dict[str, Any]:
        """Return what is for the connector."""
        return dict(self.model_extra or {})


class JobFile(_Section):
    """A whole job."""

    preset: str = "house"
    engine: str = ""
    sources: dict[str, SourceTable] = Field(min_length=1, description="at least one [sources.NAME]")
    people: People = People()
    groups: tuple[Group, ...] = Field(
        (), description="[[groups]] whose preset is another one; the first that somebody belongs to counts"
    )
    faces: str = Field(
        "",
        description='engine that compares the photos of one person one to one, such as "dlib_resnet"; a biometric check',
    )
    publish: tuple[str, ...] = Field((), description="destinations of destinations.toml")
    schedule: Schedule | None = None
    run: Workplace = Workplace()


def check_job(raw: Mapping[str, Any]) -> tuple[JobFile | None, list[str]]:
    """Return a job, and what is wrong with it: a sentence for each mistake, with its key and what to write instead."""
    told = [*_secrets(raw), *_crossed(raw)]
    try:
        return JobFile.model_validate(raw), told
    except ValidationError as error:
        return None, told + mistakes(error, JobFile)


def refused(path: Path, told: list[str]) -> ConfigError:
    """Return one error of all mistakes, one line a key."""
    lines = {one.partition(": ")[0]: one for one in reversed(told)}
    return ConfigError(
        "\n".join([f"{path}: {len(lines)} to mend:", *(f"  {lines[key]}" for key in sorted(lines))])
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file says; ConfigError when it cannot be read or is no TOML."""
    try:
        return toml_in(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(f"job file {path}: cannot be read: {error.strerror}") from error


def _secrets(raw: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Tell of secrets that stand in the file itself, wherever they are."""
    for key, value in raw.items():
        where = f"{above}{key}"
        if isinstance(value, dict):
            yield from _secrets(value, f"{where}.")
        elif _SECRET.search(key) and isinstance(value, str):
            yield f"{where}: no secret is written here; put it into a file of its own and name that: {key}_file"


def _crossed(raw: Mapping[str, Any]) -> Iterator[str]:
    """Tell of what does not fit together, as far as it can be read."""
    sources = _tables(raw.get("sources"))
    for number, (name, table) in enumerate(sources.items()):
        if _UNSAFE.search(name) or len(name.encode()) > _LONGEST or not name.isprintable():
            yield (
                f"sources.{json.dumps(name, ensure_ascii=False)}: a file of the home has this name, so it cannot be that; take letters, digits, "
                "- and _, such as hr-de"
            )
        if number and not table.get("join"):
            yield f'sources.{name}.join: missing; say by which field its people are found, such as join = ["email"]'
        if not number and table.get("join"):
            yield f"sources.{name}.join: the first source says who there is, and is joined to nobody; take it out"
    for field, order in _tables(raw.get("people")).get("first", {}).items():
        for name in order if isinstance(order, list) else ():
            if name not in sources:
                yield f"people.first.{field}: {name!r} is no source; there are: {', '.join(sources)}"


def _tables(raw: Any) -> dict[str, dict[str, Any]]:
    """Return the tables in a table; what is none is told elsewhere."""
    return (
        {name: table for name, table in raw.items() if isinstance(table, dict)}
        if isinstance(raw, dict)
        else {}
    )

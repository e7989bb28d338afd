"""BambooHR as a source: its employees page by page, and their photos as they were uploaded. Nothing is changed.

The list tells no version of a photo. Its ``photoUrl`` is signed anew each time, but the path in it may tell a new
photo: it is a hint to ask at once, never a reason not to ask. The photo itself is read by its own call.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Entry, Fetched, Field, Page, Source, StaleMarkError
from connectors._bamboohr_calls import (
    READS,
    RIGHTS,
    Access,
    Row,
    StaleCursorError,
    calls_to,
    hidden,
    look,
    pages,
    works_here,
)
from connectors._one_by_one import one_by_one
from connectors._refused import Refused

FIELDS: Mapping[Field, str] = {
    "employee_number": "employeeNumber",
    "given_name": "firstName",
    "family_name": "lastName",
    "display_name": "displayName",
    "email": "workEmail",
    "department": "departmentName",
    "title": "jobTitleName",
    "employee_type": "employmentStatusName",
    "started": "hireDate",
}
_ALWAYS = {"employeeId", "firstName", "lastName", "preferredName", "photoUrl", "jobTitleName", "status"}
_MOST_FIELDS = 14

Property = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$|^$")]


class SourceSettings(Access):
    """BambooHR as a source of people and photos."""

    fields: dict[Field, Property] = Setting(
        default_factory=dict, description='our field = BambooHR\'s field of an employee; "" for none'
    )
    recheck_days: float = Setting(
        28,
        ge=0,
        description="days within which each photo is asked for again: the list tells no version of it",
    )
    photo_url: bool = Setting(
        default=True, description="false: a new path in photoUrl is no reason to ask for a photo at once"
    )

    @field_validator("fields")
    @classmethod
    def _not_too_many(cls, fields: dict[Field, str]) -> dict[Field, str]:
        if len(_extra({**FIELDS, **fields})) > _MOST_FIELDS:
            message = (
                f'BambooHR gives {_MOST_FIELDS} fields beside its own; leave some out, such as started = ""'
            )
            raise ValueError(message)
        return fields

    def properties(self) -> dict[Field, str]:
        """Return what BambooHR calls each of our fields."""
        return {name: known for name, known in {**FIELDS, **self.fields}.items() if known}


class _Company:
    """The pages and photos of one company; threads may share it."""

    def __init__(self, settings: SourceSettings) -> None:
        """Prepare; ConfigError when the key or the authority cannot be read."""
        self.settings, self.calls = settings, calls_to(settings, READS)
        self._refused = Refused("api_key_file: let the account of this API key see employees' photos")

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody who works here; ``mark`` is a cursor."""
        went_on = False
        try:
            for rows, cursor in self.listed(mark):
                if not went_on:
                    self._must_see(rows)
                went_on = True
                yield Page([self._entry(row) for row in rows if works_here(row)], cursor)
        except StaleCursorError as error:
            if mark and not went_on:
                raise StaleMarkError(str(error)) from error
            raise

    def listed(self, mark: str = "") -> Iterator[tuple[list[Row], str]]:
        """Return employees as BambooHR has them, with no field but those that are needed."""
        return pages(self.settings, self.calls, sorted(_extra(self.settings.properties())), mark)

    def _must_see(self, rows: Sequence[Row]) -> None:
        """Raise where nobody's status may be seen, or a field that IT named: the account of the key lacks a right."""
        named = {f"fields.{name}": field for name, field in self.settings.fields.items() if field}
        for key, field in {"status": "status", **named}.items():
            if rows and all(hidden(row, field) for row in rows):
                raise ConfigError(_hidden(key, field))

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people; their version is the digest of what came."""
        return one_by_one(self._photo, wanted)

    def _photo(self, key: str, known: str) -> Fetched:
        try:
            picture = look(self.calls, key)
        except PhotoError as error:
            if error.reason == RIGHTS:
                raise self._refused.refused(key, str(error)) from error
            raise
        self._refused.came()
        return _fetched(key, known, picture)

    def _entry(self, row: Row) -> Entry:
        found: dict[str, str] = {
            name: str(row.get(known) or "") for name, known in self.settings.properties().items()
        }
        if self.settings.photo_url:
            found["photo_path"] = urlsplit(str(row.get("photoUrl") or "")).path  # none of our fields: a hint
        return Entry(str(row["employeeId"]), found)


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return BambooHR as one source of a job; ConfigError when the key or the authority cannot be read."""
    own = _Company(settings)
    return Source(name, own.pages, own.photos, settings.recheck_days)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    try:
        own = _Company(settings)
        rows = [row for row in next(own.listed())[0] if works_here(row)]
        if not rows:
            return ["BambooHR lists nobody: the account of this API key may see no employee"]
        told = list(_lacking(settings, rows))
        look(own.calls, str(rows[0]["employeeId"]))
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return told


def _lacking(settings: SourceSettings, rows: Sequence[Row]) -> Iterator[str]:
    """Tell of fields that may not be seen, or that BambooHR does not know."""
    named = {f"fields.{name}": field for name, field in settings.properties().items()}
    for key, field in {"status": "status", **named}.items():
        if all(hidden(row, field) for row in rows):
            yield _hidden(key, field)
        elif not any(field in row for row in rows):
            yield f"{key}: BambooHR's list of employees has no field {field}"


def _hidden(key: str, field: str) -> str:
    return (
        f"{key}: the account of this API key may not see {field} (_restrictedFields); let it, or name another"
    )


def _fetched(key: str, known: str, picture: bytes | None) -> Fetched:
    if picture is None:
        return Fetched(key)
    version = hashlib.sha256(picture).hexdigest()
    return Fetched(key, version=version, same=True) if version == known else Fetched(key, picture, version)


def _extra(fields: Mapping[Field, str]) -> set[str]:
    return set(fields.values()) - _ALWAYS - {""}

"""LDAP and Active Directory: a source of people and photos, and a place that keeps one picture a person.

Entries are found by one declared attribute and remembered by the id that survives a new name or folder.
The only change ever asked for is to replace that one attribute of one entry.
"""

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from catchlight.batches import batches
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.records import Employee
from catchlight.spelling import folded
from connectors import _accounts
from connectors._ldap_conditions import condition, equals, is_condition, is_name
from connectors._ldap_settings import OTHER_KEY, PEOPLE, Key, Server, key_of, open_directory, with_id
from connectors._ldap_source import SourceSettings, open_source, probe_source
from connectors._ldap_wire import Directory, Entry
from connectors._ldap_words import Code, RefusedError, why_not_written

__all__ = [
    "TAKES",
    "Settings",
    "SourceSettings",
    "open_directory",
    "open_place",
    "open_source",
    "probe",
    "probe_source",
]

TAKES = Takes(size="96", most_bytes=100_000, keeps_bytes=True, calls=6, consent="directory")
"""Active Directory holds 102,400 bytes in ``thumbnailPhoto``; 96 pixels are what Exchange and Outlook show."""

_MAY_WRITE = "allowedAttributesEffective"
_LARGEST = 10_000_000
_AT_A_TIME = 200


class Settings(Server):
    """Where the directory is, who signs in, and whose picture may be changed.

    The defaults are those of Active Directory. For OpenLDAP: ``key = "entryUUID"``,
    ``attribute = "jpegPhoto"``, ``filter = "(objectClass=inetOrgPerson)"``. With ``only_group`` or ``only``,
    nobody else's entry is ever changed.
    """

    filter: Annotated[str, AfterValidator(is_condition)] = PEOPLE
    only: Annotated[str, AfterValidator(is_condition)] = Field(
        "", description="a filter that an entry has to meet as well"
    )
    only_group: str = Field("", description="the DN of a group: by memberOf, nobody outside of it is touched")
    match: Annotated[str, AfterValidator(is_name)] = Field(
        "mail", description="the attribute that says whose it is"
    )
    employee: _accounts.Field = Field("email", description="what of our list it is compared with")
    key: Key = Field("objectGUID", description="the id of an entry")
    attribute: Literal["thumbnailPhoto", "jpegPhoto"] = "thumbnailPhoto"
    size: str = TAKES.size
    most_bytes: int = Field(TAKES.most_bytes, ge=1_000, le=_LARGEST)

    @model_validator(mode="after")
    def _possible(self) -> "Settings":
        if self.attribute == "thumbnailPhoto" and self.most_bytes > 102_400:
            message = "most_bytes: thumbnailPhoto holds 102400 bytes"
            raise ValueError(message)
        return self


def open_place(settings: Settings, name: str) -> Place:
    """Return the directory as a destination; ConfigError when its password or authority cannot be read.

    The connection is made at the first call, and kept.
    """
    directory = open_directory(settings)
    return Place(
        name,
        look=partial(_look, settings, directory),
        put=partial(_put, settings, directory),
        remove=partial(_remove, settings, directory),
        takes=replace(TAKES, size=settings.size, most_bytes=settings.most_bytes),
        accounts=partial(_find, settings, directory),
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed.

    The right to write is read from ``allowedAttributesEffective`` where the server has it (Active Directory).
    Elsewhere the server is asked to take a value away that is not there, which it refuses either way: for lack
    of rights, or for lack of the value.
    """
    try:
        directory = open_directory(settings)
        with closing(directory):
            return _problems(settings, directory)
    except (ConfigError, OutsideError) as error:
        return [str(error)]


def _problems(settings: Settings, directory: Directory) -> list[str]:
    names = (settings.key, settings.match, settings.attribute, _MAY_WRITE)
    entry = directory.first(settings.base_dn, _condition(settings, f"({settings.match}=*)"), names)
    if entry is None:
        seen = "as far as this account may see"
        who = f"has {settings.match} and is admitted by filter, only and only_group"
        return [f"nobody below {settings.base_dn} {who}, {seen}"]
    if not entry.of(settings.key):
        return [f"key: entries show no {settings.key}; {OTHER_KEY}"]
    if _may_write(settings, directory, entry):
        return []
    right = f"Active Directory: Write {settings.attribute}, on descendant user objects"
    return [
        f"this account may not write {settings.attribute} of {entry.dn}; give it this one right ({right})"
    ]


def _may_write(settings: Settings, directory: Directory, entry: Entry) -> bool:
    listed = [name.decode("ascii", "replace").casefold() for name in entry.of(_MAY_WRITE)]
    if listed:
        return settings.attribute.casefold() in listed
    try:
        directory.modify(entry.dn, "DELETE", settings.attribute, [secrets.token_bytes(32)])
    except RefusedError as refused:
        if refused.code in {Code.NO_SUCH_ATTRIBUTE, Code.INAPPROPRIATE_MATCHING}:
            return True
        if refused.code == Code.INSUFFICIENT_RIGHTS:
            return False
        raise ConfigError(f"{settings.attribute} of {entry.dn}: {refused}") from refused
    return True


def _find(settings: Settings, directory: Directory, people: Sequence[Employee]) -> Accounts:
    """Look people up by their value, some hundred at a time: nobody else's entry is read."""
    values = sorted({folded(getattr(one, settings.employee)) for one in people} - {""})
    found: dict[str, list[str]] = {}
    names = (settings.key, settings.match)
    for some in batches(values, _AT_A_TIME):
        asked = "".join(equals(settings.match, value) for value in some)
        for entry in directory.search(settings.base_dn, _condition(settings, f"(|{asked})"), names):
            found[key_of(entry, settings.key)] = [
                v.decode("utf-8", "replace") for v in entry.of(settings.match)
            ]
    return _accounts.paired(people, settings.employee, settings.match, found.items())


def _look(settings: Settings, directory: Directory, target: str) -> bytes | None:
    entry = _entry(settings, directory, target)
    values = entry.of(settings.attribute)
    if len(values) > 1:
        message = f"{entry.dn} has {len(values)} pictures in {settings.attribute}; leave one, and it can be replaced"
        raise PhotoError("ldap.several", message)
    return values[0] if values else None


def _put(settings: Settings, directory: Directory, target: str, data: bytes) -> None:
    if not data or len(data) > _LARGEST:
        message = f"a picture of {len(data)} bytes is not written; the directory takes 1 to {_LARGEST}"
        raise PhotoError("photo.too_large", message)
    _replace(settings, directory, target, [data])


def _remove(settings: Settings, directory: Directory, target: str) -> None:
    _replace(settings, directory, target, [])


def _replace(settings: Settings, directory: Directory, target: str, values: Sequence[bytes]) -> None:
    # Looked up again for each change: who left the group or the folder since is not touched.
    entry = _entry(settings, directory, target)
    try:
        directory.modify(entry.dn, "REPLACE", settings.attribute, values)
    except RefusedError as refused:
        raise why_not_written(settings.url, settings.attribute, entry.dn, refused) from refused


def _entry(settings: Settings, directory: Directory, target: str) -> Entry:
    """Return the entry with an id, if it is one whose picture may be changed; PhotoError otherwise."""
    wanted = with_id(settings.key, target)
    names = (settings.attribute, settings.key)
    found = directory.search(settings.base_dn, _condition(settings, wanted), names)
    if len(found) != 1:
        message = f"no entry {target} below {settings.base_dn} that filter, only and only_group admit; nothing was done"
        raise PhotoError("account.gone", message)
    return found[0]


def _condition(settings: Settings, wanted: str) -> str:
    group = equals("memberOf", settings.only_group) if settings.only_group else ""
    return condition(settings.filter, settings.only, group, wanted)

"""BambooHR: a place that keeps one picture a person, beside the personnel file.

It takes a new photo in place of the old one and gives the largest back; it has no call that removes one. The
account behind the API key has to see employees and their photos, and to be allowed to edit photos.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field

from catchlight.alike import alike
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.records import Employee
from connectors import _accounts
from connectors import _bamboohr_source as source
from connectors._allowed_calls import AllowedCalls
from connectors._bamboohr_calls import (
    ABOVE,
    ID,
    READS,
    Access,
    Row,
    calls_to,
    hidden,
    known,
    look,
    pages,
    why_not,
    works_here,
)

TAKES = Takes(size="600", most_bytes=20_000_000, keeps_bytes=False, calls=5, removes=False, consent="hr")
"""Square within one pixel, at least 150 pixels, 20 MB; what its own pages upload is scaled to 600 pixels at most."""

_UPLOAD = ("POST", rf"{ABOVE}/{ID.pattern}/photo")


class Settings(Access):
    """Which company, whose key, and how employees are found.

    ``size`` has to be a square one. Its owner needs to see the field of ``match``, and photos, and to edit photos.
    """

    match: Literal["employeeId", "employeeNumber", "workEmail"] = "workEmail"
    employee: _accounts.Field = Field("email", description="what of our list it is compared with")
    size: str = TAKES.size


SourceSettings = source.SourceSettings
open_source = source.open_source
probe_source = source.probe_source


def open_place(settings: Settings, name: str) -> Place:
    """Return BambooHR as a destination; ConfigError when the key or the authority cannot be read."""
    calls = calls_to(settings, (*READS, _UPLOAD))
    return Place(
        name,
        look=partial(look, calls),
        put=partial(_put, calls),
        remove=partial(_remove, calls),
        takes=replace(TAKES, size=settings.size),
        accounts=partial(_find, settings, calls),
        same=alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed.

    The right to edit photos shows only when one is written: BambooHR has no call that tells it.
    """
    try:
        calls = calls_to(settings, READS)
        first = next(_employees(settings, calls), None)
        if first is None:
            return ["BambooHR lists nobody: the account of this API key may see no employee"]
        look(calls, str(first.get("employeeId", "")))
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return [_hidden(settings)] if hidden(first, settings.match) else []


def _find(settings: Settings, calls: AllowedCalls, people: Sequence[Employee]) -> Accounts:
    found: dict[str, list[str]] = {}
    shown = 0
    for one in _employees(settings, calls):
        shown += not hidden(one, settings.match)
        if works_here(one):
            value = one.get(settings.match)
            found[str(one["employeeId"])] = [] if value is None else [str(value)]
    if found and not shown:
        raise ConfigError(_hidden(settings))
    return _accounts.paired(people, settings.employee, settings.match, found.items())


def _hidden(settings: Settings) -> str:
    return f"match: the account of this API key may not see {settings.match} (_restrictedFields); let it, or name another"


def _employees(settings: Settings, calls: AllowedCalls) -> Iterator[Row]:
    """List all employees, page by page."""
    fields = [] if settings.match == "employeeId" else [settings.match]
    for listed, _ in pages(settings, calls, fields):
        yield from listed


def _put(calls: AllowedCalls, target: str, picture: bytes) -> None:
    if not 0 < len(picture) <= TAKES.most_bytes:
        raise PhotoError(
            "photo.too_large", f"BambooHR takes photos of 20 MB at most; this one has {len(picture)} bytes"
        )
    files = {"file": ("portrait.jpg", picture, "image/jpeg")}
    reply = calls.call("POST", f"{ABOVE}/{known(target)}/photo", files=files)
    if reply.status not in {200, 201}:
        raise why_not(target, reply)


def _remove(calls: AllowedCalls, target: str) -> None:
    if look(calls, target) is not None:
        message = (
            f"BambooHR has no call that removes a photo; remove that of employee {target} on their page there"
        )
        raise PhotoError("photo.no_removal", message)

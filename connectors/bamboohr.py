"""BambooHR: a place that keeps one picture a person, beside the personnel file.

It takes a new photo in place of the old one and gives the largest back; it has no call that removes one. The
account behind the API key has to see employees and their photos, and to be allowed to edit photos.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.alike import alike
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.policy import read_secret
from catchlight.records import Employee
from connectors import _accounts
from connectors._allowed_calls import AllowedCalls, Line, Reply, address

TAKES = Takes(size="600", most_bytes=20_000_000, keeps_bytes=False, calls=5, consent="hr")
"""Square within one pixel, at least 150 pixels, 20 MB; what its own pages upload is scaled to 600 pixels at most."""

_ABOVE = "/api/v1/employees"
_ID = re.compile(r"[0-9]{1,18}")
_ALLOWED = (
    ("GET", _ABOVE), ("GET", rf"{_ABOVE}/{_ID.pattern}"), ("GET", rf"{_ABOVE}/{_ID.pattern}/photo/original"),
    ("POST", rf"{_ABOVE}/{_ID.pattern}/photo"),
)  # fmt: skip
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_WORDS = "x-bamboohr-error-message"
_JSON = {"Accept": "application/json"}
_MOST_PAGES = 1_000
_REFUSED = {
    400: ("bamboohr.refused", "the photo was not taken"),
    402: ("photo.unreadable", "BambooHR could not process the photo"),
    403: ("bamboohr.rights", "the account of this API key may not do that with this employee's photo"),
    413: ("photo.too_large", "BambooHR takes photos of 20 MB at most"),
    415: ("photo.shape", "BambooHR takes square photos of at least 150 pixels, as JPEG, PNG, GIF or BMP"),
}


def _company(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
        message = (
            f"{name!r}: the first part of your BambooHR address, such as example for example.bamboohr.com"
        )
        raise ValueError(message)
    return name


class Settings(BaseModel):
    """Which company, whose key, and how employees are found.

    ``size`` has to be a square one. Its owner needs to see the field of ``match``, and photos, and to edit photos.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: Annotated[str, AfterValidator(_company)] = Field(description="example, for example.bamboohr.com")
    api_key_file: Path
    url: Annotated[str, AfterValidator(address)] = Field("", description="another address, for a test")
    ca_file: Path | None = None
    proxy: str = ""
    match: Literal["employeeId", "employeeNumber", "workEmail"] = "workEmail"
    employee: _accounts.Field = Field("email", description="what of our list it is compared with")
    size: str = TAKES.size
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
    page: int = Field(1000, ge=1, le=2500)


def open_place(settings: Settings, name: str) -> Place:
    """Return BambooHR as a destination; ConfigError when the key or the authority cannot be read."""
    calls = _open(settings)
    return Place(
        name,
        look=partial(_look, calls),
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
        calls = _open(settings)
        first = next(_employees(settings, calls), None)
        if first is None:
            return ["BambooHR lists nobody: the account of this API key may see no employee"]
        _look(calls, str(first.get("employeeId", "")))
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return [_hidden(settings)] if settings.match in (first.get("_restrictedFields") or []) else []


def _open(settings: Settings) -> AllowedCalls:
    key = base64.b64encode(f"{read_secret(settings.api_key_file)}:x".encode()).decode("ascii")
    url = settings.url or f"https://{settings.company}.bamboohr.com"
    headers = {"Authorization": f"Basic {key}"}
    return AllowedCalls(Line(url, _ALLOWED, headers, settings.ca_file, settings.proxy, settings.timeout))


def _find(settings: Settings, calls: AllowedCalls, people: Sequence[Employee]) -> Accounts:
    found: dict[str, list[str]] = {}
    shown = 0
    for one in _employees(settings, calls):
        id_ = str(one.get("employeeId", ""))
        shown += settings.match not in (one.get("_restrictedFields") or [])
        if _ID.fullmatch(id_) and str(one.get("status", "")).casefold() != "inactive":
            value = one.get(settings.match)
            found[id_] = [] if value is None else [str(value)]
    if found and not shown:
        raise ConfigError(_hidden(settings))
    return _accounts.paired(people, settings.employee, settings.match, found.items())


def _hidden(settings: Settings) -> str:
    return f"match: the account of this API key may not see {settings.match} (_restrictedFields); let it, or name another"


def _employees(settings: Settings, calls: AllowedCalls) -> Iterator[Mapping[str, Any]]:
    """List all employees, page by page."""
    fields, after, seen = {"employeeId": ""}.get(settings.match, settings.match), "", set[str]()
    for _ in range(_MOST_PAGES):
        ask = {"page[limit]": str(settings.page)} | ({"fields": fields} if fields else {})
        reply = calls.call(
            "GET", _ABOVE, params=ask | ({"page[after]": after} if after else {}), headers=_JSON
        )
        if reply.status != 200:
            raise _for_it(reply)
        page = reply.json()
        if not isinstance(page.get("data"), list):
            raise OutsideError(f"{reply.url}: answers without a list of employees")
        yield from (one for one in page["data"] if isinstance(one, dict))
        after = str(((page.get("meta") or {}).get("page") or {}).get("nextCursor") or "")
        if not after:
            return
        if after in seen:
            raise OutsideError(f"{reply.url}: gives the same page of employees again and again")
        seen.add(after)


def _look(calls: AllowedCalls, target: str) -> bytes | None:
    reply = calls.call("GET", f"{_ABOVE}/{_known(target)}/photo/original", headers={"Accept": "image/*"})
    if reply.status == 404:
        _must_be_there(calls, target, reply)
        return None
    if reply.status != 200:
        raise _why_not(target, reply)
    # BambooHR calls everything image/jpeg: the bytes say what it is.
    if not reply.body.startswith(_PICTURES):
        raise OutsideError(f"{reply.url}: answers with something else than a picture")
    return reply.body


def _must_be_there(calls: AllowedCalls, target: str, reply: Reply) -> None:
    """Raise PhotoError for no employee, and nothing for one without a photo: both are 404."""
    words = reply.headers.get(_WORDS, "").casefold()
    if "photo not found" in words:
        return
    if words or calls.call("GET", f"{_ABOVE}/{target}", headers=_JSON).status != 200:
        raise PhotoError("account.gone", f"BambooHR has no employee {target} that this API key may see")


def _put(calls: AllowedCalls, target: str, picture: bytes) -> None:
    if not 0 < len(picture) <= TAKES.most_bytes:
        raise PhotoError(
            "photo.too_large", f"BambooHR takes photos of 20 MB at most; this one has {len(picture)} bytes"
        )
    files = {"file": ("portrait.jpg", picture, "image/jpeg")}
    reply = calls.call("POST", f"{_ABOVE}/{_known(target)}/photo", files=files)
    if reply.status not in {200, 201}:
        raise _why_not(target, reply)


def _remove(calls: AllowedCalls, target: str) -> None:
    if _look(calls, target) is not None:
        message = (
            f"BambooHR has no call that removes a photo; remove that of employee {target} on their page there"
        )
        raise PhotoError("photo.no_removal", message)


def _known(target: str) -> str:
    if not _ID.fullmatch(target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the id of an employee; plan again")
    return target


def _why_not(target: str, reply: Reply) -> ConfigError | OutsideError | PhotoError:
    """Return what a status means for one employee."""
    if reply.status == 404:
        return PhotoError("account.gone", f"BambooHR has no employee {target} that this API key may see")
    if reply.status in _REFUSED:
        reason, words = _REFUSED[reply.status]
        return PhotoError(reason, f"employee {target}: {words} ({_said(reply)})")
    return _for_it(reply)


def _for_it(reply: Reply) -> ConfigError | OutsideError:
    """Return what a status means for everybody."""
    if reply.status == 401:
        return ConfigError(f"api_key_file: BambooHR does not accept the API key ({_said(reply)})")
    if reply.status == 403:
        return ConfigError(
            f"api_key_file: the account of this API key may not list employees ({_said(reply)})"
        )
    if reply.status == 400:
        return OutsideError(f"{reply.url}: the list of employees changed while it was read ({_said(reply)})")
    return ConfigError(f"company: {reply.url} does not answer like BambooHR ({_said(reply)})")


def _said(reply: Reply) -> str:
    """Quote BambooHR: the status, and the words of its own header."""
    return f"{reply.status} {' '.join(reply.headers.get(_WORDS, '').split())}".strip()[:200]

"""Calls to BambooHR: its address, its list of employees, their photos, and what its refusals mean."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._pace import Limits, Pace
from connectors._photo_bytes import is_pictured

ABOVE = "/api/v1/employees"
ID = re.compile(r"[0-9]{1,18}")
READS = (
    ("GET", ABOVE), ("GET", rf"{ABOVE}/{ID.pattern}"), ("GET", rf"{ABOVE}/{ID.pattern}/photo/original"),
)  # fmt: skip
RIGHTS = "bamboohr.rights"
_WORDS = "x-bamboohr-error-message"
_JSON = {"Accept": "application/json"}
_MOST_PAGES = 100_000
_AT_ONCE = 4  # BambooHR names no number; it answers 429 or 503, and says when to come back
_REFUSED = {
    400: ("bamboohr.refused", "the photo was not taken"),
    402: ("photo.unreadable", "BambooHR could not process the photo"),
    403: (RIGHTS, "the account of this API key may not do that with this employee's photo"),
    413: ("photo.too_large", "BambooHR takes photos of 20 MB at most"),
    415: ("photo.shape", "BambooHR takes square photos of at least 150 pixels, as JPEG, PNG, GIF or BMP"),
}

Row = Mapping[str, Any]


def _company(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
        message = (
            f"{name!r}: the first part of your BambooHR address, such as example for example.bamboohr.com"
        )
        raise ValueError(message)
    return name


class Access(BaseModel):
    """Which company, whose key, and over which line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: Annotated[str, AfterValidator(_company)] = Field(description="example, for example.bamboohr.com")
    api_key_file: Path = Field(description="file with the API key, mode 600")
    url: Annotated[str, AfterValidator(address)] = Field("", description="another address, for a test")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed a proxy's certificate"
    )
    proxy: str = Field("", description="address of a proxy; none is taken from the environment")
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
    page: int = Field(1000, ge=1, le=2500, description="employees on one page")

    @property
    def reached(self) -> tuple[str, ...]:
        """The address that is really called."""
        return (self.url or f"https://{self.company}.bamboohr.com",)


class StaleCursorError(OutsideError):
    """BambooHR goes on from a cursor no more."""


def calls_to(settings: Access, allowed: Sequence[tuple[str, str]]) -> AllowedCalls:
    """Return the allowed calls; ConfigError when the key or the authority cannot be read."""
    key = base64.b64encode(f"{read_secret(settings.api_key_file)}:x".encode()).decode("ascii")
    (url,) = settings.reached
    line = Line(
        url, allowed, {"Authorization": f"Basic {key}"},
        settings.ca_file, settings.proxy, settings.timeout, pace=Pace(Limits(_AT_ONCE, tenant=f"{url} {settings.company}")),
    )  # fmt: skip
    return AllowedCalls(line)


def pages(
    settings: Access, calls: AllowedCalls, fields: Sequence[str], after: str = ""
) -> Iterator[tuple[list[Row], str]]:
    """List employees from a cursor on; each page with the cursor of the next, "" for none."""
    ask, seen = {"page[limit]": str(settings.page)}, {after}
    ask |= {"fields": ",".join(fields)} if fields else {}
    for _ in range(_MOST_PAGES):
        at = {"page[after]": after} if after else {}
        reply = calls.call("GET", ABOVE, _is_list, params=ask | at, headers=_JSON)
        if reply.status != 200:
            raise _for_it(reply)
        page = reply.json()
        after = str(((page.get("meta") or {}).get("page") or {}).get("nextCursor") or "")
        if after and after in seen:
            raise OutsideError(f"{reply.url}: gives the same page of employees again and again")
        yield [one for one in page["data"] if isinstance(one, dict)], after
        if not after:
            return
        seen.add(after)


def _is_list(reply: Reply) -> None:
    """Raise for a page of a proxy: it is asked again."""
    if reply.status == 200 and not isinstance(reply.json().get("data"), list):
        raise OutsideError(f"{reply.url}: answers without a list of employees")


def hidden(one: Row, field: str) -> bool:
    """Whether the account of the key may not see a field of an employee."""
    return field in (one.get("_restrictedFields") or [])


def works_here(one: Row) -> bool:
    """Whether somebody is an employee now: those who left stay in the list."""
    return bool(ID.fullmatch(str(one.get("employeeId", "")))) and (
        str(one.get("status", "")).casefold() != "inactive"
    )


def look(calls: AllowedCalls, target: str) -> bytes | None:
    """Return an employee's photo as it was uploaded, None when there is none."""
    path = f"{ABOVE}/{known(target)}/photo/original"
    # BambooHR calls everything image/jpeg: the bytes say what it is.
    reply = calls.call("GET", path, is_pictured, headers={"Accept": "image/*"})
    if reply.status == 404:
        _must_be_there(calls, target, reply)
        return None
    if reply.status != 200:
        raise why_not(target, reply)
    return reply.body


def _must_be_there(calls: AllowedCalls, target: str, reply: Reply) -> None:
    """Raise PhotoError for no employee, and nothing for one without a photo: both are 404."""
    words = reply.headers.get(_WORDS, "").casefold()
    if "photo not found" in words:
        return
    if words or calls.call("GET", f"{ABOVE}/{target}", headers=_JSON).status != 200:
        raise PhotoError("account.gone", f"BambooHR has no employee {target} that this API key may see")


def known(target: str) -> str:
    """Return the id of an employee; PhotoError for what is none."""
    if not ID.fullmatch(target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the id of an employee; plan again")
    return target


def why_not(target: str, reply: Reply) -> ConfigError | OutsideError | PhotoError:
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
        return StaleCursorError(
            f"{reply.url}: the list of employees changed while it was read ({_said(reply)})"
        )
    return ConfigError(f"company: {reply.url} does not answer like BambooHR ({_said(reply)})")


def _said(reply: Reply) -> str:
    """Quote BambooHR: the status, and the words of its own header."""
    return f"{reply.status} {' '.join(reply.headers.get(_WORDS, '').split())}".strip()[:200]

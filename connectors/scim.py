"""SCIM 2.0 (RFC 7643, 7644): a source of people and photos, and a place where the server stores pictures itself.

The standard has addresses of pictures in ``photos``. What is written here is an address that contains the picture
(``data:``), and only where there is none or one of the same kind: a picture kept elsewhere could not be put back.
Users are listed and read, and ``photos`` is patched; no other call can be made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.alike import alike
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes, exactly
from catchlight.policy import read_secret
from catchlight.records import Employee
from connectors import _accounts
from connectors._allowed_calls import AllowedCalls, Line, address
from connectors._data_url import as_data_url, from_data_url
from connectors._pace import Limits, Pace
from connectors._scim_list import ENTERPRISE, ID, USER, user_pages
from connectors._scim_source import SourceSettings, open_source, probe_source
from connectors._scim_words import why_not

__all__ = ["TAKES", "Settings", "SourceSettings", "open_place", "open_source", "probe", "probe_source"]

TAKES = Takes(size="512", most_bytes=300_000, keeps_bytes=True, calls=5, consent="directory")
"""The standard names no limits; these are the usual ones, and the settings say what a server differs in."""

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_ALLOWED = (
    ("GET", r"/Users"), ("GET", rf"/Users/{ID.pattern}"), ("PATCH", rf"/Users/{ID.pattern}"),
    ("GET", r"/ServiceProviderConfig"), ("GET", rf"/Schemas/{USER}"),
)  # fmt: skip


class Settings(BaseModel):
    """Where the server is, how accounts are found, and what it takes.

    The token needs to read users and to change them: the standard has no smaller right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(address)] = Field(description="the address above /Users")
    token_file: Path
    ca_file: Path | None = Field(
        None, description="PEM file of the authority to trust, instead of the usual ones"
    )
    proxy: str = ""
    match: Literal["externalId", "userName", "emails", "employeeNumber"] = "externalId"
    employee: _accounts.Field = Field("id", description="what of our list it is compared with")
    type: Literal["photo", "thumbnail"] = Field("photo", description="which of a user's pictures is ours")
    size: str = TAKES.size
    most_bytes: int = Field(TAKES.most_bytes, ge=1_000, le=20_000_000)
    keeps_bytes: bool = Field(default=True, description="false for a server that encodes pictures anew")
    a_minute: float = Field(0, ge=0, description="writes that the server allows in a minute, 0 for no limit")
    lag: float = Field(0, ge=0, description="seconds for which the server may still show the old picture")
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
    page: int = Field(100, ge=1, le=1000)


@dataclass(frozen=True, slots=True)
class _Photo:
    """What ``photos`` of a user says about our kind of picture."""

    picture: bytes | None
    is_first: bool
    version: str


def open_place(settings: Settings, name: str) -> Place:
    """Return the server as a destination; ConfigError when its token or authority cannot be read."""
    calls = _open(settings)
    takes = replace(
        TAKES, size=settings.size, most_bytes=settings.most_bytes, keeps_bytes=settings.keeps_bytes,
        a_minute=settings.a_minute, lag=settings.lag,
    )  # fmt: skip
    return Place(
        name,
        look=partial(_look, settings, calls),
        put=partial(_put, settings, calls),
        remove=partial(_remove, settings, calls),
        takes=takes,
        accounts=partial(_find, settings, calls),
        same=exactly if settings.keeps_bytes else alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed."""
    try:
        calls = _open(settings)
        told = [*_cannot(calls), *_schema_says(calls)]
        first = next(_users(settings, calls), None)
        if first is None:
            return [*told, f"{settings.url}/Users lists nobody, as far as this token may see"]
        _photo(settings, calls, str(first.get("id", "")))
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return told


def _open(settings: Settings) -> AllowedCalls:
    headers = {
        "Authorization": f"Bearer {read_secret(settings.token_file)}",
        "Accept": "application/scim+json",
    }
    return AllowedCalls(
        Line(
            settings.url,
            _ALLOWED,
            headers,
            settings.ca_file,
            settings.proxy,
            settings.timeout,
            pace=Pace(Limits(tenant=settings.url)),
        )
    )


def _cannot(calls: AllowedCalls) -> Iterator[str]:
    reply = calls.call("GET", "/ServiceProviderConfig")
    if reply.status == 200 and reply.json().get("patch", {}).get("supported") is False:
        yield "the server says that it has no PATCH (ServiceProviderConfig), and nothing else is safe for users"


def _schema_says(calls: AllowedCalls) -> Iterator[str]:
    reply = calls.call("GET", f"/Schemas/{USER}")
    if reply.status != 200:
        return
    known = {str(one.get("name")): one for one in reply.json().get("attributes", [])}
    if "photos" not in known:
        yield "the server keeps no photos of users (its User schema has none)"
    elif known["photos"].get("mutability") == "readOnly":
        yield "the server's User schema has photos as readOnly"


def _find(settings: Settings, calls: AllowedCalls, people: Sequence[Employee]) -> Accounts:
    found: dict[str, list[str]] = {}
    asleep: set[str] = set()
    for user in _users(settings, calls):
        id_ = str(user.get("id", ""))
        if not ID.fullmatch(id_):
            continue
        (asleep.add(id_) if user.get("active") is False else None)
        found[id_] = _values(settings, user)
    paired = _accounts.paired(people, settings.employee, settings.match, found.items())
    why = {one: "the account is not active" for one, target in paired.targets.items() if target in asleep}
    return Accounts(
        {one: target for one, target in paired.targets.items() if one not in why}, {**paired.absent, **why}
    )


def _users(settings: Settings, calls: AllowedCalls) -> Iterator[Mapping[str, Any]]:
    """List all users."""
    wanted = f"{ENTERPRISE}:employeeNumber" if settings.match == "employeeNumber" else settings.match
    for page in user_pages(calls, settings.url, settings.page, f"id,active,{wanted}"):
        yield from page.users


def _values(settings: Settings, user: Mapping[str, Any]) -> list[str]:
    if settings.match == "emails":
        return [str(one.get("value", "")) for one in user.get("emails") or [] if isinstance(one, dict)]
    of = user.get(ENTERPRISE) or {} if settings.match == "employeeNumber" else user
    value = of.get(settings.match)
    return [] if value is None else [str(value)]


def _look(settings: Settings, calls: AllowedCalls, target: str) -> bytes | None:
    return _photo(settings, calls, target).picture


def _put(settings: Settings, calls: AllowedCalls, target: str, picture: bytes) -> None:
    there, url = _photo(settings, calls, target), as_data_url(picture)
    if there.picture is None:
        ours = {"type": settings.type, "value": url} | ({"primary": True} if there.is_first else {})
        _patch(settings, calls, target, there, {"op": "add", "path": "photos", "value": [ours]})
    else:
        path = f'photos[type eq "{settings.type}"].value'
        _patch(settings, calls, target, there, {"op": "replace", "path": path, "value": url})


def _remove(settings: Settings, calls: AllowedCalls, target: str) -> None:
    there = _photo(settings, calls, target)
    if there.picture is not None:
        path = f'photos[type eq "{settings.type}"]'
        _patch(settings, calls, target, there, {"op": "remove", "path": path})


def _photo(settings: Settings, calls: AllowedCalls, target: str) -> _Photo:
    """Read the photos of one user; PhotoError for no such user, two of our kind, or one that is kept elsewhere."""
    if not ID.fullmatch(target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the id of a user; plan again")
    reply = calls.call("GET", f"/Users/{target}", params={"attributes": "photos"})
    if reply.status != 200:
        raise why_not(settings.url, target, reply)
    user = reply.json()
    if str(user.get("id")) != target:
        raise OutsideError(f"{reply.url}: answers with another user")
    photos = [one for one in user.get("photos") or [] if isinstance(one, dict)]
    ours = [str(one.get("value", "")) for one in photos if one.get("type") == settings.type]
    if len(ours) > 1:
        message = f"user {target} has {len(ours)} pictures of type {settings.type}; leave one, and it can be replaced"
        raise PhotoError("photo.several", message)
    version = reply.headers.get("etag") or str((user.get("meta") or {}).get("version") or "")
    picture = _contained(target, ours[0]) if ours else None
    return _Photo(picture, not any(one.get("primary") for one in photos), version)


def _contained(target: str, value: str) -> bytes:
    picture = from_data_url(value)
    if picture is None:
        where = value[:60] if value.startswith("http") else "somewhere"
        message = f"the picture of user {target} is kept elsewhere ({where}) and could not be put back; nothing was done"
        raise PhotoError("photo.elsewhere", message)
    return picture


def _patch(
    settings: Settings, calls: AllowedCalls, target: str, there: _Photo, operation: Mapping[str, Any]
) -> None:
    """Change the picture of one user, unless the user changed since we looked."""
    headers = {"Content-Type": "application/scim+json"} | (
        {"If-Match": there.version} if there.version else {}
    )
    body = {"schemas": [_PATCH], "Operations": [operation]}
    reply = calls.call("PATCH", f"/Users/{target}", json=body, headers=headers)
    if reply.status not in {200, 204}:
        raise why_not(settings.url, target, reply)

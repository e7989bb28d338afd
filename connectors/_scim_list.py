"""Users of a SCIM server, page by page, and what their attributes say (RFC 7643, 7644)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catchlight.errors import ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._scim_words import for_it

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~:@+=-]{1,128}")
_PATH = re.compile(r"(urn:[A-Za-z0-9:._-]+:)?[A-Za-z$][\w$-]*(\.[A-Za-z$][\w$-]*)?", re.ASCII)
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some users, how many there are in all, and where the next ones begin: 0 after the last."""

    users: Sequence[Mapping[str, Any]]
    total: int
    next: int


def user_pages(
    calls: AllowedCalls, url: str, count: int, attributes: str, start: int = 1
) -> Iterator[UserPage]:
    """List users, as many a page as the server likes. ConfigError, OutsideError."""
    seen = set[str]()
    for _ in range(_MOST_PAGES):
        ask = {"startIndex": start, "count": count, "attributes": attributes}
        reply = calls.call("GET", "/Users", check=_check, params=ask)
        if reply.status != 200:
            raise for_it(url, reply)
        page = reply.json()
        users = [one for one in page.get("Resources") or [] if isinstance(one, dict)]
        fresh = [one for one in users if str(one.get("id")) not in seen]
        if users and not fresh:
            raise ConfigError(f"{url}: the server gives the same page of users again and again")
        seen.update(str(one.get("id")) for one in fresh)
        start += len(users)
        over = not users or start > page["totalResults"]
        yield UserPage(fresh, page["totalResults"], 0 if over else start)
        if over:
            return


def _check(reply: Reply) -> None:
    if reply.status == 200 and not isinstance(reply.json().get("totalResults"), int):
        raise OutsideError(f"{reply.url}: answers without a list of users")


def is_path(path: str) -> str:
    """Return the path of an attribute; ValueError for anything else."""
    if path and not _PATH.fullmatch(path):
        message = f"{path!r}: an attribute such as title, name.givenName or {ENTERPRISE}:costCenter"
        raise ValueError(message)
    return path


def top(path: str) -> str:
    """Return the attribute that a path is in, as it is asked for."""
    schema, _, name = path.rpartition(":")
    return f"{schema}:{name.partition('.')[0]}" if schema else name.partition(".")[0]


def value(user: Mapping[str, Any], path: str) -> str:
    """Return what a user's attribute says; of several values the primary one, else that of work, else the first."""
    schema, _, name = path.rpartition(":")
    first, _, inner = name.partition(".")
    of = user.get(schema) if schema and schema != USER else user
    found = of.get(first) if isinstance(of, dict) else None
    if isinstance(found, list):
        found = next(iter(sorted(found, key=_last)), None)
    if isinstance(found, dict):
        found = found.get(inner or "value")
    return str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _last(one: Any) -> tuple[bool, bool]:
    """Sort what counts most to the front."""
    told = one if isinstance(one, dict) else {}
    return told.get("primary") is not True, told.get("type") != "work"

"""Who is in Microsoft Entra: everybody, then what changed, by delta query; or the members of one group, in whole.

A delta query does not tell who joins or leaves a group, so that a group is listed in whole each time, 999 people a call.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from catchlight.source import Entry, Page, StaleMarkError
from connectors._allowed_calls import Reply
from connectors._graph_calls import Graph, code_of, has, has_list, said
from connectors._graph_settings import GUID
from connectors._graph_source_batch import Answer, ask

ALLOWED = (
    ("GET", r"/v1\.0/users/delta(\?[^#\s]*)?"),
    ("GET", rf"/v1\.0/groups/{GUID}/transitiveMembers/microsoft\.graph\.user(\?[^#\s]*)?"),
)
_STANDING = ("displayName", "accountEnabled", "userType")
"""What says whether somebody is one of the company's; the first two are never empty."""

_STALE = {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_expiredpagetoken"}
_RIGHTS = "User.Read.All (Application)"
_EVENTUAL = {"ConsistencyLevel": "eventual"}

User = Mapping[str, Any]


class People:
    """The users of one tenant, with the properties that our fields are read from."""

    def __init__(self, graph: Graph, tenant: str, group: str, fields: Mapping[str, str]) -> None:
        """Prepare; ``fields`` is our field → the property, where a dot leads into one."""
        self._graph, self._group, self._fields = graph, group, fields
        self._select = ",".join(
            dict.fromkeys(["id", *_STANDING, *(one.partition(".")[0] for one in fields.values())])
        )
        self._path = (
            f"/v1.0/groups/{group}/transitiveMembers/microsoft.graph.user" if group else "/v1.0/users/delta"
        )
        whole = "\n".join((graph.url, tenant, group, self._select, *map("=".join, sorted(fields.items()))))
        self._stamp = hashlib.sha256(whole.encode()).hexdigest()[:16]

    def pages(self, mark: str) -> Iterator[Page]:
        """List everybody, or go on from a mark; StaleMarkError when the mark is of other settings, or too old."""
        changes, path, ask_for = self._begin(mark)
        seen = {path}
        while True:
            page = self._page(path, ask_for, fresh=bool(ask_for)).json()
            further, then = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
            entries = list(
                self._entries([one for one in page["value"] if isinstance(one, dict)], changes=changes)
            )
            if not further:
                if not then and not self._group:
                    raise OutsideError(f"{self._graph.url}{path}: ends without saying where to go on")
                yield Page(entries, then=self._mark(then, changes=True) if then else "")
                return
            path, ask_for = self._graph.below(self._path, str(further)), {}
            if path in seen:
                raise OutsideError(f"{self._graph.url}{self._path}: gives the same page again and again")
            seen.add(path)
            yield Page(entries, next=self._mark(further, changes=changes))

    def _mark(self, link: object, *, changes: bool) -> str:
        """Return where a list goes on: Graph's link unchanged, and which settings it was begun with."""
        self._graph.below(self._path, str(link))
        return f"{self._stamp} {'changes' if changes else 'everybody'} {link}"

    def _begin(self, mark: str) -> tuple[bool, str, dict[str, str]]:
        if not mark:
            first = {"$count": "true", "$top": "999"} if self._group else {}
            return False, self._path, {"$select": self._select, **first}
        stamp, what, link = (*mark.split(" ", 2), "", "")[:3]
        try:
            path = self._graph.below(self._path, link)
        except OutsideError as error:
            raise StaleMarkError(str(error)) from error
        if stamp != self._stamp:
            message = "the list was begun with other settings"
            raise StaleMarkError(message)
        return what == "changes", path, {}

    def _page(self, path: str, ask_for: dict[str, str], *, fresh: bool) -> Reply:
        more = {"params": ask_for} if ask_for else {}
        reply = self._graph.call("GET", path, has_list, **more, headers=_EVENTUAL if self._group else {})
        if reply.status == 200:
            return reply
        if not fresh and (reply.status in {400, 410} or code_of(reply)[0].casefold() in _STALE):
            raise StaleMarkError(said(reply))
        raise self._why_not(reply)

    def _why_not(self, reply: Reply) -> CatchlightError:
        if reply.status == 403:
            rights = f"{_RIGHTS} and GroupMember.Read.All (Application)" if self._group else _RIGHTS
            return ConfigError(f"API permissions: the app needs {rights}: {said(reply)}")
        if reply.status == 404 and self._group:
            return ConfigError(f"only_group: there is no group {self._group} ({said(reply)})")
        if reply.status in {400, 501}:
            return ConfigError(f"fields: Graph does not list all of {self._select} ({said(reply)})")
        return OutsideError(f"{reply.url}: cannot be listed ({said(reply)})")

    def _entries(self, users: list[User], *, changes: bool) -> Iterator[Entry]:
        """Return entries; somebody of whom a list of changes tells only a part is looked up, if need be.

        A change of one property says neither whether the account is enabled nor whether we ever had this person.
        """
        parts = [str(one.get("id")) for one in users if changes and _is_part(one)]
        whole = self._looked_up(list(dict.fromkeys(id_ for id_ in parts if re.fullmatch(GUID, id_))))
        for one in users:
            id_ = str(one.get("id"))
            if not re.fullmatch(GUID, id_):
                raise OutsideError(f"{self._graph.url}{self._path}: lists somebody without an id")
            user = whole[id_] if changes and _is_part(one) else one
            if user is None or _is_gone(user):
                yield Entry(id_.casefold(), gone=True)
            else:
                complete = not changes or user is not one
                yield Entry(id_.casefold(), dict(self._values(user, complete=complete)))

    def _looked_up(self, ids: list[str]) -> dict[str, User | None]:
        """Return users in whole, None for who is not there any more."""
        paths = {f"/users/{id_}?$select={self._select}": id_ for id_ in ids}
        found = ask(self._graph, dict.fromkeys(paths, has("id")))
        return {paths[path]: self._user(answer) for path, answer in found.items()}

    def _user(self, answer: Answer) -> User | None:
        if isinstance(answer, OutsideError):
            raise answer
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._why_not(answer)
        return answer.json()

    def _values(self, user: User, *, complete: bool) -> Iterator[tuple[str, str]]:
        """Return what is told of our fields; what ``complete`` users lack was never set."""
        for field, name in self._fields.items():
            if complete or name.partition(".")[0] in user:
                yield field, _text(user, name)


def _is_part(user: User) -> bool:
    return "@removed" not in user and not all(name in user for name in _STANDING)


def _is_gone(user: User) -> bool:
    guest = str(user.get("userType") or "Member").casefold() == "guest"
    return "@removed" in user or user.get("accountEnabled") is False or guest


def _text(user: User, name: str) -> str:
    value: Any = user
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None or isinstance(value, dict) else str(value)

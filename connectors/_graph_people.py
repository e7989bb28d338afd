"""Whose account is whose in Microsoft Entra: by one declared property, members only, and only those of one group."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catchlight.errors import PhotoError
from catchlight.place import Accounts
from catchlight.records import Employee
from catchlight.spelling import folded
from connectors import _accounts
from connectors._graph_calls import Graph

USERS = "/v1.0/users"
_FRESH = 600.0  # seconds for which the members of the group are taken as known
_PAGE = "999"


@dataclass
class Circle:
    """Those whose photos may be touched: everybody, or the members of a group and of the groups in it."""

    graph: Graph
    group: str
    _members: frozenset[str] = field(default_factory=frozenset)
    _until: float = float("-inf")

    def has(self, id_: str) -> bool:
        """Whether somebody is inside; OutsideError and ConfigError when the group cannot be read."""
        if not self.group:
            return True
        if time.monotonic() > self._until:
            path = f"/v1.0/groups/{self.group}/transitiveMembers"
            listed = self.graph.pages(path, {"$select": "id", "$top": _PAGE}, "GroupMember.Read.All")
            self._members = frozenset(str(one.get("id", "")).casefold() for one in listed)
            self._until = time.monotonic() + _FRESH
        return id_.casefold() in self._members

    def must_have(self, id_: str) -> None:
        """Raise PhotoError for somebody outside."""
        if not self.has(id_):
            message = f"user {id_} is not in the group of only_group, and nothing of theirs is touched"
            raise PhotoError("account.outside", message)


def find(circle: Circle, match: str, employee: _accounts.Field, people: Sequence[Employee]) -> Accounts:
    """Pair people with accounts; disabled accounts, guests and those outside the group are told apart from none."""
    ask = {"$select": ",".join(dict.fromkeys(["id", "accountEnabled", "userType", match])), "$top": _PAGE}
    found: dict[str, list[str]] = {}
    unfit: dict[str, str] = {}
    for user in circle.graph.pages(USERS, ask, "User.Read.All"):
        id_, value = str(user.get("id", "")), str(user.get(match) or "")
        why = _why_unfit(circle, user, id_)
        if why:
            unfit[folded(value)] = why
        else:
            found[id_] = [value] if value else []
    paired = _accounts.paired(people, employee, match, found.items())
    known = {folded(value) for values in found.values() for value in values}
    wanted = {one.id: folded(getattr(one, employee)) for one in people}
    why_not = {
        id_: unfit[wanted[id_]]
        for id_ in paired.absent
        if wanted[id_] and wanted[id_] in unfit and wanted[id_] not in known
    }
    return Accounts(paired.targets, {**paired.absent, **why_not})


def _why_unfit(circle: Circle, user: Mapping[str, Any], id_: str) -> str:
    if user.get("accountEnabled") is False:
        return "the account is disabled"
    if str(user.get("userType") or "Member").casefold() == "guest":
        return "the account is a guest's"
    return "" if circle.has(id_) else "the account is not in the group of only_group"

"""Whose Slack account is whose, and which accounts are left alone: deactivated ones, bots, guests, strangers, owners."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from catchlight.errors import ConfigError, OutsideError
from catchlight.place import Accounts
from catchlight.records import Employee
from catchlight.spelling import folded
from connectors import _accounts
from connectors._allowed_calls import AllowedCalls
from connectors._slack_scim import USER
from connectors._slack_web import ask

Match = Literal["email", "id"]
_MOST_PAGES = 10_000
NO_TEAMS = "team_ids: with an organisation's token name the workspaces, such as T0123456789"
NO_MAIL = "match: Slack shows no e-mail addresses: the token lacks the scope users:read.email"


@dataclass(frozen=True, slots=True)
class Rule:
    """How accounts are found: by what of theirs and of ours, and whether guests and owners are among them."""

    match: Match
    employee: _accounts.Field
    guests: bool
    owners: bool
    teams: Sequence[str]
    page: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where the token is at home: a workspace, or an organisation of several."""

    team: str
    organisation: str
    is_organisations: bool
    """Whether the app is installed on the organisation as a whole."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Home":
        """Read what auth.test says."""
        organisation = str(told.get("enterprise_id") or "")
        return cls(str(told.get("team_id") or ""), organisation, bool(told.get("is_enterprise_install")))


def listed(rule: Rule, calls: AllowedCalls, home: Home) -> dict[str, Mapping[str, Any]]:
    """Return all accounts by id; ConfigError for an organisation's token without workspaces."""
    everybody = (user for page in pages(rule, calls, home) for user in page)
    found = {str(user.get("id")): user for user in everybody}
    return {id_: user for id_, user in found.items() if re.fullmatch(USER, id_)}


def paired(
    rule: Rule, home: Home, users: Mapping[str, Mapping[str, Any]], people: Sequence[Employee]
) -> Accounts:
    """Return whose account is whose; whoever has only an account that is left alone is absent with the reason."""
    found: dict[str, list[str]] = {}
    alone: dict[str, str] = {}
    for id_, user in users.items():
        values, why = _values(rule, id_, user), left_alone(rule, home, user)
        if why:
            alone |= {folded(value): why for value in values}
        else:
            found[id_] = values
    if found and not any(found.values()):
        raise ConfigError(NO_MAIL)
    pairs = _accounts.paired(people, rule.employee, rule.match, found.items())
    absent = dict(pairs.absent)
    taken = {folded(value) for values in found.values() for value in values}
    for person in people:
        value = folded(getattr(person, rule.employee))
        if person.id in absent and value not in taken:
            absent[person.id] = alone.get(value, absent[person.id])
    return Accounts(pairs.targets, absent)


def pages(rule: Rule, calls: AllowedCalls, home: Home) -> Iterator[list[Mapping[str, Any]]]:
    """List everybody, page by page; ConfigError for an organisation's token without workspaces."""
    if home.is_organisations and not rule.teams:
        raise ConfigError(NO_TEAMS)
    for team in rule.teams or ("",):
        for users, _ in from_cursor(rule, calls, team, ""):
            yield users


def from_cursor(
    rule: Rule, calls: AllowedCalls, team: str, cursor: str
) -> Iterator[tuple[list[Mapping[str, Any]], str]]:
    """List a workspace from a cursor on: each page, and the cursor of the next, "" for none."""
    asked = {"limit": str(rule.page)} | ({"team_id": team} if team else {})
    seen = {cursor} - {""}
    for _ in range(_MOST_PAGES):
        told = ask(calls, "users.list", **asked, **({"cursor": cursor} if cursor else {}))
        if not isinstance(told.get("members"), list):
            raise OutsideError("users.list answers without a list of people")
        cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
        if cursor in seen:
            raise OutsideError("users.list gives the same page again and again")
        yield [one for one in told["members"] if isinstance(one, dict)], cursor
        if not cursor:
            return
        seen.add(cursor)


def _values(rule: Rule, id_: str, user: Mapping[str, Any]) -> list[str]:
    if rule.match == "id":
        return [id_]
    value = (user.get("profile") or {}).get("email")
    return [str(value)] if value else []


def left_alone(rule: Rule, home: Home, user: Mapping[str, Any]) -> str:
    """Return why an account is none of ours to change, "" when it is."""
    if user.get("deleted"):
        return "the Slack account is deactivated"
    if user.get("is_bot") or user.get("is_app_user") or user.get("id") == "USLACKBOT":
        return "the Slack account is a bot's"
    if user.get("is_stranger") or _elsewhere(home, user):
        return "the Slack account belongs to another company"
    if not rule.guests and (user.get("is_restricted") or user.get("is_ultra_restricted")):
        return "the Slack account is a guest's; guests = true takes them in"
    if not rule.owners and (user.get("is_owner") or user.get("is_primary_owner")):
        return "the Slack account is an owner's; owners = true tries them"
    return ""


def _elsewhere(home: Home, user: Mapping[str, Any]) -> bool:
    """Whether an account is another company's, shared with ours: what Slack leaves out proves nothing."""
    if home.organisation:
        theirs = (user.get("enterprise_user") or {}).get("enterprise_id")
        return bool(theirs) and theirs != home.organisation
    return bool(home.team and user.get("team_id")) and user["team_id"] != home.team

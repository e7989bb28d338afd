"""The accounts of a Google Workspace: found by one declared value, asleep or awake."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts
from catchlight.records import Employee
from connectors import _accounts
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._google_calls import Access, Google, for_everybody, refusal, said

ID = re.compile(r"[0-9]{1,30}")
USERS = "/admin/directory/v1/users"
_FIELDS = "id,primaryEmail,aliases,nonEditableAliases,externalIds,suspended,archived,isMailboxSetup"
PAGE = 500
_MOST_PAGES = 10_000

User = Mapping[str, Any]


class StaleTokenError(OutsideError):
    """Google goes on from a page token no more: it lives for three days."""


def allowed(settings: Access) -> tuple[tuple[str, str], ...]:
    """Return the calls that read accounts."""
    return ("GET", USERS), ("GET", rf"{USERS}/(?:{ID.pattern}|{re.escape(settings.admin)})")


def find(
    settings: Google, calls: AllowedCalls, people: Sequence[Employee], why: Callable[[User], str]
) -> Accounts:
    """Pair people with accounts; ``why`` says, for an account, why it is left out, "" when it is not."""
    found: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    for user in users(settings, calls):
        id_ = str(user.get("id", ""))
        if ID.fullmatch(id_):
            found[id_], left_out[id_] = _values(settings, user), why(user)
    paired = _accounts.paired(people, settings.employee, settings.match, found.items())
    absent = {one: left_out[id_] for one, id_ in paired.targets.items() if left_out[id_]}
    targets = {one: id_ for one, id_ in paired.targets.items() if one not in absent}
    return Accounts(targets, {**paired.absent, **absent})


def asleep(user: User) -> str:
    """Return why an account is not in use, "" when it is."""
    if user.get("archived"):
        return "the Google account is archived"
    return "the Google account is suspended" if user.get("suspended") else ""


def users(settings: Access, calls: AllowedCalls) -> Iterator[User]:
    """List all accounts, page by page."""
    for listed, _ in pages(settings, calls, {"fields": f"nextPageToken,users({_FIELDS})"}):
        yield from listed


def pages(
    settings: Access, calls: AllowedCalls, ask: Mapping[str, str | int], token: str = ""
) -> Iterator[tuple[list[User], str]]:
    """List accounts from a page token on; each page with the token of the next, "" for none."""
    asked = {"customer": "my_customer", "maxResults": PAGE, "orderBy": "email", **ask}
    seen = {token}
    for _ in range(_MOST_PAGES):
        at = {"pageToken": token} if token else {}
        reply = calls.call("GET", USERS, _is_list, params={**asked, **at})
        if reply.status != 200:
            raise for_everybody(reply) or _not_listed(settings, reply)
        page = reply.json()
        token = str(page.get("nextPageToken") or "")
        if token and token in seen:
            raise OutsideError(f"{reply.url}: gives the same page of users again and again")
        yield [one for one in page.get("users", []) if isinstance(one, dict)], token
        if not token:
            return
        seen.add(token)


def _is_list(reply: Reply) -> None:
    """Raise for a page of a proxy: it is asked again."""
    if reply.status == 200 and not isinstance(reply.json().get("users", []), list):
        raise OutsideError(f"{reply.url}: answers without a list of users")


def user_of(calls: AllowedCalls, target: str, fields: str = _FIELDS) -> User:
    """Return one account; PhotoError when there is none such."""
    reply = calls.call("GET", f"{USERS}/{target}", params={"fields": fields})
    if reply.status == 404:
        raise gone(target, reply)
    if reply.status != 200:
        raise for_everybody(reply) or PhotoError(
            "google.rights", f"user {target} may not be read ({said(reply)})"
        )
    user = reply.json()
    if ID.fullmatch(target) and str(user.get("id")) != target:
        raise OutsideError(f"{reply.url}: answers with another user")
    return user


def known(target: str) -> str:
    """Return a target of ours; PhotoError for one that is not the id of an account."""
    if not ID.fullmatch(target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the id of a Google account; plan again")
    return target


def gone(target: str, reply: Reply) -> PhotoError:
    """Return that an account is no more."""
    return PhotoError("account.gone", f"Google Workspace has no user {target} ({said(reply)})")


def no_administrator(settings: Access, calls: AllowedCalls) -> str:
    """Return that the administrator is none, "" when they are one."""
    admin = user_of(calls, settings.admin, "isAdmin,isDelegatedAdmin")
    if admin.get("isAdmin") or admin.get("isDelegatedAdmin"):
        return ""
    return f"admin {settings.admin}: this user has no administrator role, and the Directory API asks for one"


def _not_listed(settings: Access, reply: Reply) -> ConfigError | OutsideError:
    if reply.status == 403:
        return ConfigError(
            f"admin {settings.admin}: may not list users ({said(reply)}); the role needs Users → Read"
        )
    if reply.status == 400 and "pagetoken" in refusal(reply).words.casefold().replace(" ", ""):
        return StaleTokenError(f"{reply.url}: the list of users changed while it was read ({said(reply)})")
    if reply.status == 400 and "field selection" in refusal(reply).words.casefold():
        return ConfigError(f"fields: Google has no such property of users ({said(reply)})")
    return ConfigError(f"admin {settings.admin}: users cannot be listed ({said(reply)})")


def _values(settings: Google, user: User) -> list[str]:
    if settings.match != "externalId":
        return [str(user.get(settings.match) or "")]
    ids = user.get("externalIds")
    listed = [one for one in ids if isinstance(one, dict)] if isinstance(ids, list) else []
    wanted = settings.external_type.casefold()
    kinds = [(one.get("customType") if one.get("type") == "custom" else one.get("type")) for one in listed]
    pairs = zip(kinds, listed, strict=True)
    return [str(one.get("value", "")) for kind, one in pairs if str(kind).casefold() == wanted]

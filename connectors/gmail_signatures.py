"""Gmail: the signature of each person, as their settings keep it.

Gmail cleans the HTML that it is given, so signatures are compared by what they show. It adds them to new mails that
are written on its web pages; its apps for phones have signatures of their own. People may edit theirs at any time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import Field

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.records import Employee
from connectors import _google_people as people_of
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._google_calls import (
    DIRECTORY,
    GMAIL,
    QUOTA,
    Google,
    calls_to,
    for_everybody,
    refusal,
    said,
    tokens_of,
)
from connectors._google_people import User, gone, known
from connectors._google_tokens import Tokens
from connectors._pace import Limits
from connectors._shown_html import differences, shown, shows_the_same

LONGEST = 10_000  # characters
TAKES = Takes(
    keeps_bytes=False, a_minute=600, at_once=4, calls=9, consent="email_signature", brings="signature"
)

READS = ("https://www.googleapis.com/auth/admin.directory.user.readonly",)
BASIC = ("https://www.googleapis.com/auth/gmail.settings.basic",)
SHARING = ("https://www.googleapis.com/auth/gmail.settings.sharing",)
_ALIASES = "/gmail/v1/users/me/settings/sendAs"
_EMAIL = r"[A-Za-z0-9._+'@-]{3,254}"
_PACE = Limits(reads=1_700, writes=600, burst=20)  # 600 patches a minute are a twentieth of a project's quota
_NO_MAILBOX = "the Google account has no Gmail mailbox"


class Settings(Google):
    """Google Workspace, and which of a person's addresses gets the signature.

    The primary one; with ``domain`` that of another domain, and only where the directory lists it as an alias.
    """

    domain: str = Field(
        "", pattern=r"^([a-z0-9-]+\.)*[a-z0-9-]*$", description="brand.example, for aliases there"
    )
    a_minute: float = Field(TAKES.a_minute, gt=0, description="writes in a minute")

    @property
    def also(self) -> tuple[str, ...]:
        """Gmail's own."""
        return (GMAIL,)


@dataclass(frozen=True, slots=True)
class _Mailboxes:
    """What the verbs work with: calls in the administrator's name, and those in each user's."""

    settings: Settings
    tokens: Tokens
    directory: AllowedCalls
    gmail: AllowedCalls


def open_place(settings: Settings, name: str) -> Place:
    """Return all mailboxes as a destination; ConfigError when the key or the authority cannot be read."""
    own = _open(settings)
    return Place(
        name,
        look=partial(_look, own),
        put=partial(_put, own),
        remove=partial(_remove, own),
        takes=replace(TAKES, a_minute=settings.a_minute),
        accounts=partial(_find, own),
        same=shows_the_same,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed."""
    try:
        own = _open(settings)
        lacking = own.tokens.lacking(settings.admin, READS)
        told = [
            lacking or people_of.no_administrator(settings, own.directory),
            own.tokens.lacking(settings.admin, _scopes(settings)),
        ]
        if not any(told):
            listed = people_of.users(settings, own.directory)
            first = next((user for user in listed if not _left_out(settings, user)), None)
            told.append("" if first else f"admin {settings.admin}: no users with a mailbox are listed")
            (_look(own, known(str(first.get("id", "")))) if first else None)
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return [one for one in told if one]


def _open(settings: Settings) -> _Mailboxes:
    tokens = tokens_of(settings)
    sign = tokens.of(settings.admin, READS)
    directory = calls_to(settings, DIRECTORY, people_of.allowed(settings), sign, QUOTA)
    allowed = (("GET", _ALIASES), ("PATCH", rf"{_ALIASES}/{_EMAIL}"))
    limits = replace(_PACE, writes=settings.a_minute)
    return _Mailboxes(settings, tokens, directory, calls_to(settings, GMAIL, allowed, limits=limits))


def _scopes(settings: Settings) -> tuple[str, ...]:
    return (*BASIC, *SHARING) if settings.domain else BASIC


def _find(own: _Mailboxes, people: Sequence[Employee]) -> Accounts:
    return people_of.find(own.settings, own.directory, people, partial(_left_out, own.settings))


def _left_out(settings: Settings, user: User) -> str:
    """Return why an account gets no signature, "" when it does."""
    if people_of.asleep(user):
        return people_of.asleep(user)
    if user.get("isMailboxSetup") is False:
        return _NO_MAILBOX
    if settings.domain and not _alias_of(settings, user):
        return f"the Google account has no alias at {settings.domain}"
    return ""


def _alias_of(settings: Settings, user: User) -> str:
    """Return the address whose signature is ours, "" for none."""
    if not settings.domain:
        return str(user.get("primaryEmail", ""))
    listed = [*(user.get("aliases") or []), *(user.get("nonEditableAliases") or [])]
    ours = sorted(str(one) for one in listed if str(one).casefold().endswith(f"@{settings.domain}"))
    return ours[0] if ours else ""


def _look(own: _Mailboxes, target: str) -> bytes | None:
    _, alias = _mailbox(own, target)
    html = str(alias.get("signature") or "").encode()
    return html if shown(html) else None


def _put(own: _Mailboxes, target: str, html: bytes) -> None:
    text = _text(html)
    there = _patch(own, known(target), text)
    found = differences(html, there.encode())
    if found:
        message = f"Gmail changed the signature of user {target} when it kept it: {'; '.join(found)}"
        raise PhotoError("signature.changed", message)


def _remove(own: _Mailboxes, target: str) -> None:
    calls, alias = _mailbox(own, target)
    if alias.get("signature"):
        _patched(calls, target, alias, "")


def _text(html: bytes) -> str:
    """Return a signature as text; PhotoError when it is none, or is longer than Gmail takes."""
    try:
        text = html.decode()
    except UnicodeDecodeError:
        raise PhotoError("signature.unreadable", "the signature is not HTML in UTF-8") from None
    if len(text) > LONGEST:
        message = f"the signature has {len(text)} characters, and Gmail takes {LONGEST} at most"
        raise PhotoError("signature.too_long", message)
    return text


def _mailbox(own: _Mailboxes, target: str) -> tuple[AllowedCalls, Mapping[str, Any]]:
    """Return the calls in a user's name, and the address whose signature is ours; PhotoError where there is none.

    The directory is asked each time: an address may have become another person's.
    """
    user = people_of.user_of(own.directory, known(target))
    why, wanted = _left_out(own.settings, user), _alias_of(own.settings, user)
    if why:
        raise PhotoError(
            "account.no_mailbox" if why == _NO_MAILBOX else "account.asleep", f"user {target}: {why}"
        )
    calls = own.gmail.signed(own.tokens.of(str(user.get("primaryEmail", "")), _scopes(own.settings)))
    reply = calls.call("GET", _ALIASES)
    if reply.status != 200:
        raise _why_not(target, reply)
    listed = [one for one in reply.json().get("sendAs") or [] if isinstance(one, dict)]
    for alias in listed:
        email = str(alias.get("sendAsEmail", ""))
        if (
            alias.get("isPrimary") is True
            if not own.settings.domain
            else email.casefold() == wanted.casefold()
        ):
            return calls, alias
    raise PhotoError(
        "account.no_alias", f"user {target}: Gmail knows no address {wanted or 'of theirs'} to send from"
    )


def _patch(own: _Mailboxes, target: str, text: str) -> str:
    calls, alias = _mailbox(own, target)
    return _patched(calls, target, alias, text)


def _patched(calls: AllowedCalls, target: str, alias: Mapping[str, Any], text: str) -> str:
    """Change the signature of one address, and return what Gmail made of it."""
    email = str(alias.get("sendAsEmail", ""))
    if not re.fullmatch(_EMAIL, email):
        raise PhotoError(
            "account.unknown", f"user {target}: {email[:100]!r} is not an address that can be named"
        )
    reply = calls.call("PATCH", f"{_ALIASES}/{email}", json={"signature": text})
    if reply.status != 200:
        raise _why_not(target, reply)
    told = reply.json()
    if str(told.get("sendAsEmail", email)) != email:
        raise OutsideError(f"{reply.url}: answers with another address")
    return str(told.get("signature") or "")


def _why_not(target: str, reply: Reply) -> Exception:
    """Return what a refusal means for one mailbox."""
    general, told = for_everybody(reply), refusal(reply)
    if general:
        return general
    if "failedPrecondition" in told.reasons or "FAILED_PRECONDITION" in told.reasons:
        return PhotoError("account.no_mailbox", f"user {target}: {_NO_MAILBOX} ({said(reply)})")
    if reply.status == 404:
        return gone(target, reply)
    if reply.status == 403:
        return PhotoError("google.rights", f"user {target}: Gmail does not let us ({said(reply)})")
    return PhotoError(
        "signature.refused", f"user {target}: Gmail does not take the signature ({said(reply)})"
    )

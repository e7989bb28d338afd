"""What Slack's codes mean where pictures are read and written, and what should happen next."""

from collections.abc import Mapping
from typing import Any

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._allowed_calls import Reply
from connectors._slack_errors import IN_WORDS, UNWELCOME, UNWELL

Refusal = ConfigError | OutsideError | PhotoError

PLANS = "SCIM comes with Business+ and Enterprise; on Free and Pro people set their pictures themselves"

# About the token or the workspace: no other person's picture would be taken either.
_FOR_ALL = {
    "invalid_authentication": "Slack does not accept the token",
    "plus_teams_only": f"the plan of this workspace has no SCIM: {PLANS}",
    "non_org_teams_only": "this workspace belongs to an Enterprise organisation: "
    "an Org Owner must install the app on the organisation, and its token goes here",
    "not_allowed_token_type": "this kind of token cannot do that; use the user token, which begins with xoxp-",
    "missing_scope": "the token lacks a scope; add it to the User Token Scopes and install the app again",
    "limit_required": "Slack lists so many people only in pages; set page = 200",
    "invalid_team": "there is no such workspace",
    "missing_argument": "Slack lacks an argument; with an organisation's token name the workspaces in team_ids",
    "team_not_found": "there is no such workspace",
}
_GONE = {
    "no_such_user": "Slack has no account {user} any more",
    "user_not_found": "Slack has no account {user} any more",
    "users_not_found": "Slack has no account {user} any more",
    "user_not_visible": "the token may not see account {user}",
    "user_deactivated": "account {user} is deactivated",
}
_ONE = {
    "photos_invalid": ("photo.refused", "Slack does not take this picture for account {user}"),
    "cannot_modify_owner": ("slack.owner", "Slack lets nobody change an owner's account {user} this way"),
    "cannot_modify_gdpr": ("slack.erased", "the profile of account {user} was erased for data protection"),
    "permission_denied": ("slack.rights", "the token's owner may not change account {user}"),
}
_LATER = frozenset(("too_many_requests", "resource_locked", "rate_limited", "ratelimited"))


def no_of_web(told: Mapping[str, Any], user: str = "", key: str = "token_file") -> Refusal:
    """Return what ``ok: false`` of the Web API means; ``user`` is whom the call was about, "" for everybody.

    ``key`` is the setting that a ConfigError names.
    """
    code, needed = str(told.get("error") or "no code"), str(told.get("needed") or "")
    said = f"{needed} ({code})".strip()
    if code in UNWELL:
        return OutsideError(f"Slack is unwell: {IN_WORDS.get(code, code)} ({code})")
    if code in _FOR_ALL or code in UNWELCOME:
        return ConfigError(f"{key}: {_FOR_ALL.get(code) or IN_WORDS[code]}: {said}")
    if user and code in _GONE:
        return PhotoError("account.gone", f"{_GONE[code].format(user=user)} ({code})")
    if user:
        return PhotoError("slack.refused", f"account {user}: Slack says no ({code})")
    return ConfigError(f"{key}: Slack says {code}")


def no_of_scim(reply: Reply, user: str = "") -> Refusal:
    """Return what a refusal of SCIM's means; ``user`` is whom the call was about, "" for everybody."""
    code = _code(reply)
    said = f"({reply.status} {code})".replace(" )", ")")
    if reply.status >= 500 or reply.status in {409, 412} or code in _LATER:
        return OutsideError(f"{reply.url}: Slack cannot do it now {said}")
    if code in _FOR_ALL or code in UNWELCOME or reply.status == 401:
        words = _FOR_ALL.get(code) or IN_WORDS.get(code) or _FOR_ALL["invalid_authentication"]
        return ConfigError(f"token_file: {words} {said}")
    if not user:
        words = "may not use SCIM" if reply.status == 403 else "gets no answer of SCIM's; check url"
        return ConfigError(f"token_file: the token {words} {said}")
    if reply.status == 404 or code in _GONE:
        return PhotoError(
            "account.gone", f"{_GONE.get(code, _GONE['no_such_user']).format(user=user)} {said}"
        )
    if reply.status == 413:
        return PhotoError("photo.refused", f"the picture of account {user} is too large for Slack {said}")
    reason, words = _ONE.get(code, ("slack.refused", "Slack did not take the picture of account {user}"))
    return PhotoError(reason, f"{words.format(user=user)} {said}")


def _code(reply: Reply) -> str:
    """Return the code of a SCIM error: in ``detail`` of version 2, or where version 1.1 has it."""
    try:
        told = reply.json()
    except OutsideError:
        return ""
    older = told.get("Errors")
    said = told.get("detail") or (older.get("description") if isinstance(older, dict) else "")
    return " ".join(str(said or told.get("error") or "").split())[:100]

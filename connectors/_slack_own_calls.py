"""The calls with which people let us set their own picture: permission for a code, what it is for, and giving it back."""

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line
from connectors._pace import Limits, Pace
from connectors._slack_own_settings import Settings
from connectors._slack_web import checked, code_of

SCOPES = ("users.profile:read", "users.profile:write")
_ALLOWED = (
    ("POST", "/oauth.v2.access"), ("GET", "/users.profile.get"), ("POST", "/users.setPhoto"),
    ("POST", "/users.deletePhoto"), ("POST", "/auth.revoke"),
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9._-]{1,400}")
_OF_THE_APP = (
    "bad_client_secret",
    "invalid_client_id",
    "bad_redirect_uri",
    "oauth_authorization_url_mismatch",
)
_OF_THE_CODE = ("invalid_code", "code_already_used", "code_expired", "invalid_grant_type")
_OF_THE_PICTURE = {
    "bad_image": "Slack cannot read this picture",
    "too_large": "Slack finds this picture too large",
    "too_many_frames": "Slack takes no moving pictures",
}


def not_allowed() -> PhotoError:
    """Return that somebody did not allow what was asked."""
    return PhotoError("slack.scope", "Slack gave no permission to set your picture; begin again and allow it")


@cache
def calls_of(settings: Settings) -> AllowedCalls:
    """Return the line for everybody: Slack counts the app's calls together (Tier 2: 20 pictures a minute)."""
    pace = Pace(
        Limits(4, writes=60, burst=15, tenant=f"{settings.web_url} {settings.client_id}")
    )  # three for each person
    return AllowedCalls(
        Line(settings.web_url, _ALLOWED, {}, settings.ca_file, settings.proxy, settings.timeout, pace=pace)
    )


def exchange(settings: Settings, calls: AllowedCalls, code: str) -> dict[str, Any]:
    if not _CODE.fullmatch(code):
        raise _begin_again("no code of Slack's")
    secret = read_secret(settings.client_secret_file)
    basic = base64.b64encode(f"{settings.client_id}:{secret}".encode()).decode("ascii")
    form = {"code": code, "redirect_uri": settings.redirect_uri}
    return post(calls, "oauth.v2.access", {"Authorization": f"Basic {basic}"}, data=form)


def check_right(settings: Settings, told: dict[str, Any], theirs: dict[str, Any], account: str) -> None:
    """Refuse another company's workspace, another person's account, and less than was asked for."""
    homes = [str(part(told, key).get("id") or "") for key in ("team", "enterprise")]
    if settings.team and settings.team not in homes:
        raise PhotoError(
            "slack.elsewhere", "that was another Slack workspace; sign in to your company's, and begin again"
        )
    if account and str(theirs.get("id") or "") != account:
        raise PhotoError(
            "slack.other", "that was another person's Slack account; sign in with yours, and begin again"
        )
    if not theirs.get("id") or not set(SCOPES) <= set(str(theirs.get("scope") or "").split(",")):
        raise not_allowed()


def part(told: dict[str, Any], key: str) -> dict[str, Any]:
    part = told.get(key)
    return part if isinstance(part, dict) else {}


def give_back(calls: AllowedCalls, token: str) -> None:
    """Withdraw what the person gave us. It is stored nowhere, so that a Slack that does not answer is no matter."""
    with suppress(ConfigError, OutsideError, PhotoError):
        post(calls, "auth.revoke", {"Authorization": f"Bearer {token}"})


def post(calls: AllowedCalls, method: str, headers: Mapping[str, str], **content: Any) -> dict[str, Any]:
    reply = calls.call("POST", f"/{method}", headers=headers, **content)
    code = code_of(reply)
    if code in _OF_THE_PICTURE:
        raise PhotoError("photo.refused", f"{_OF_THE_PICTURE[code]} ({code})")
    if code in _OF_THE_CODE:
        raise _begin_again(code)
    if code in _OF_THE_APP:
        raise ConfigError(
            f"client_id, client_secret_file, redirect_uri: Slack does not know this app ({code})"
        )
    return checked(reply, "of yours", key="slack_own_photo")


def _begin_again(why: str) -> PhotoError:
    return PhotoError("slack.code", f"this permission was used already, or is too old; begin again ({why})")

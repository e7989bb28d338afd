"""Slack, where people let us set their own picture: the way for plans without SCIM (Free and Pro).

A person is sent to Slack and allows one thing (``users.profile:write``); with what Slack gives for that, their picture
is set at once, and then it is given back. It is never stored.
"""

import base64
import re
import secrets
from contextlib import suppress
from functools import cache
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.decoding import decode
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line, address
from connectors._pace import Limits, Pace
from connectors._slack_web import checked, code_of

SCOPE = "users.profile:write"
_ALLOWED = (("POST", "/oauth.v2.access"), ("POST", "/users.setPhoto"), ("POST", "/auth.revoke"))
_STATE = re.compile(r"[A-Za-z0-9_-]{22,200}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,400}")
_LEAST, _MOST = 512, 1024  # pixels
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


def _exact(url: str) -> str:
    address(url)  # and as it was written: Slack compares it letter by letter
    return url


class Settings(BaseModel):
    """The Slack app that people allow: its id and secret, and where Slack sends them back to.

    Under User Token Scopes it has ``users.profile:write`` and no other; it needs no bot. Token rotation stays off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=r"^[0-9]+\.[0-9]+$", description="such as 1234567890.1234567890123")
    client_secret_file: Path
    redirect_uri: Annotated[str, AfterValidator(_exact)] = Field(description="one of the app's Redirect URLs")
    team: str = Field(
        "", pattern=r"^([TE][A-Z0-9]{2,30})?$", description="the company's workspace: no other is taken"
    )
    authorize_url: Annotated[str, AfterValidator(address)] = "https://slack.com/oauth/v2/authorize"
    web_url: Annotated[str, AfterValidator(address)] = "https://slack.com/api"
    ca_file: Path | None = None
    proxy: str = ""
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")


def fresh_state() -> str:
    """Return what is kept in a person's session before they are sent to Slack: nobody can guess it."""
    return secrets.token_urlsafe(32)


def is_ours(kept: str, returned: str) -> bool:
    """Whether whoever comes back from Slack is whoever was sent there; ``kept`` is used once and then forgotten."""
    return bool(_STATE.fullmatch(kept)) and compare_digest(kept.encode(), returned.encode())


def begin(settings: Settings, state: str) -> str:
    """Return the address at Slack to send a person to; ``state`` is their session's, from :func:`fresh_state`."""
    if not _STATE.fullmatch(state):
        message = "state has to be what fresh_state() gives"
        raise ValueError(message)
    asked = {
        "client_id": settings.client_id,
        "user_scope": SCOPE,
        "redirect_uri": settings.redirect_uri,
        "state": state,
    }
    return f"{settings.authorize_url}?{urlencode(asked | ({'team': settings.team} if settings.team else {}))}"


def finish(settings: Settings, code: str, picture: bytes, account: str = "") -> None:
    """Set the picture of whoever came back with ``code``, and give the permission back.

    The caller has held the state against the session by :func:`is_ours`. ``account`` is the Slack id that is known of
    this person; another one is refused. PhotoError says in a sentence what the person can do; ConfigError is IT's;
    after OutsideError the picture may be set: they look, or begin again, for a code is good once.
    """
    _fits(picture)
    calls = _calls(settings)
    told = _exchange(settings, calls, code)
    theirs = _part(told, "authed_user")
    token = str(theirs.get("access_token") or "")
    if not token:
        raise PhotoError(
            "slack.scope", "Slack gave no permission to set your picture; begin again and allow it"
        )
    try:
        _right(settings, told, theirs, account)
        _set(calls, token, picture)
    finally:
        _give_back(calls, token)


def _fits(picture: bytes) -> None:
    height, width = decode(picture).picture.shape[:2]
    if min(height, width) < _LEAST or max(height, width) > _MOST:
        message = f"Slack takes pictures of {_LEAST} to {_MOST} pixels; this one has {width} × {height}"
        raise PhotoError("photo.shape", message)


@cache
def _calls(settings: Settings) -> AllowedCalls:
    """Return the line for everybody: Slack counts the app's calls together (Tier 2: 20 pictures a minute)."""
    pace = Pace(Limits(at_once=4, writes=60, burst=15))  # three calls a person
    return AllowedCalls(
        Line(settings.web_url, _ALLOWED, {}, settings.ca_file, settings.proxy, settings.timeout, pace=pace)
    )


def _exchange(settings: Settings, calls: AllowedCalls, code: str) -> dict[str, Any]:
    if not _CODE.fullmatch(code):
        raise _begin_again("no code of Slack's")
    secret = read_secret(settings.client_secret_file)
    basic = base64.b64encode(f"{settings.client_id}:{secret}".encode()).decode("ascii")
    return _post(
        calls, "oauth.v2.access", f"Basic {basic}", data={"code": code, "redirect_uri": settings.redirect_uri}
    )


def _right(settings: Settings, told: dict[str, Any], theirs: dict[str, Any], account: str) -> None:
    """Refuse another company's workspace, another person's account, and less than was asked for."""
    homes = [str(_part(told, key).get("id") or "") for key in ("team", "enterprise")]
    if settings.team and settings.team not in homes:
        raise PhotoError(
            "slack.elsewhere", "that was another Slack workspace; sign in to your company's, and begin again"
        )
    if account and str(theirs.get("id") or "") != account:
        raise PhotoError(
            "slack.other", "that was another person's Slack account; sign in with yours, and begin again"
        )
    if SCOPE not in str(theirs.get("scope") or "").split(","):
        raise PhotoError(
            "slack.scope", "Slack gave no permission to set your picture; begin again and allow it"
        )


def _part(told: dict[str, Any], key: str) -> dict[str, Any]:
    part = told.get(key)
    return part if isinstance(part, dict) else {}


def _set(calls: AllowedCalls, token: str, picture: bytes) -> None:
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    _post(calls, "users.setPhoto", f"Bearer {token}", files={"image": ("portrait", picture, kind)})


def _give_back(calls: AllowedCalls, token: str) -> None:
    """Withdraw what the person gave us. It is stored nowhere, so that a Slack that does not answer is no matter."""
    with suppress(ConfigError, OutsideError, PhotoError):
        _post(calls, "auth.revoke", f"Bearer {token}")


def _post(calls: AllowedCalls, method: str, authorization: str, **content: Any) -> dict[str, Any]:
    reply = calls.call("POST", f"/{method}", headers={"Authorization": authorization}, **content)
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

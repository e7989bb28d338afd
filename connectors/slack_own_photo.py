"""Slack, where people let us set their own picture: the way for plans without SCIM (Free and Pro).

A person is sent to Slack and allows two things: that their profile is read (their picture of now is kept) and that it is
written. With what Slack gives for that, their picture is set at once, and then it is given back. It is never stored.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hmac import compare_digest
from urllib.parse import urlencode, urlsplit

import cv2

from catchlight import pixels
from catchlight.alike import alike
from catchlight.decoding import decode
from catchlight.errors import CatchlightError, PhotoError
from catchlight.place import Place, Takes
from connectors._allowed_calls import AllowedCalls, Line
from connectors._slack_own_calls import (
    SCOPES,
    calls_of,
    check_right,
    exchange,
    give_back,
    not_allowed,
    part,
    post,
)  # fmt: skip
from connectors._slack_own_settings import LAG, Settings
from connectors._slack_pictures import PATH, Pictures
from connectors._slack_web import checked

__all__ = ["TAKES", "Own", "Settings", "allowed", "begin", "fresh_state", "is_ours", "probe"]

TAKES = Takes(size="1024", most_bytes=2_000_000, keeps_bytes=False, a_minute=20, lag=LAG, consent="chat")
_STATE = re.compile(r"[A-Za-z0-9_-]{22,200}")
_LEAST, _MOST = 512, 1024  # pixels


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
        "user_scope": ",".join(SCOPES),
        "redirect_uri": settings.redirect_uri,
        "state": state,
    }
    return f"{settings.authorize_url}?{urlencode(asked | ({'team': settings.team} if settings.team else {}))}"


@dataclass(frozen=True, slots=True)
class Own:
    """Somebody's account at Slack, as long as they let us: a place with one target, ``account``."""

    account: str
    place: Place


@contextmanager
def allowed(settings: Settings, name: str, code: str, account: str = "") -> Iterator[Own]:
    """Yield the account of whoever came back with ``code``, and give the permission back at the end.

    The caller has held the state against the session by :func:`is_ours`. ``account`` is the Slack id that is known of
    this person; another one is refused. PhotoError says in a sentence what the person can do; ConfigError is IT's.
    A code is good once: after any error they begin again.
    """
    calls = calls_of(settings)
    told = exchange(settings, calls, code)
    theirs = part(told, "authed_user")
    token = str(theirs.get("access_token") or "")
    if not token:
        raise not_allowed()
    try:
        check_right(settings, told, theirs, account)
        yield _own(_Signed(settings, calls, token), name, str(theirs["id"]))
    finally:
        give_back(calls, token)


def probe(settings: Settings) -> list[str]:
    """Return what stands against it, in sentences; nothing is changed.

    Slack is shown a code that is none: it knows the app if it complains of the code alone.
    """
    try:
        exchange(settings, calls_of(settings), "none")
    except PhotoError:
        return []
    except CatchlightError as error:
        return [str(error)]
    return []


@dataclass(frozen=True, slots=True)
class _Signed:
    """Calls in the name of a person, as long as they let us."""

    settings: Settings
    calls: AllowedCalls
    token: str

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def original(self) -> str:
        """Return where the picture is that the person gave to Slack; "" where Slack shows a stand-in."""
        reply = self.calls.call("GET", "/users.profile.get", headers=self.headers)
        profile = part(checked(reply, "of yours", key="slack_own_photo"), "profile")
        url, own = str(profile.get("image_original") or ""), profile.get("is_custom_image")
        # Not documented for this call: where Slack does not say, whatever it keeps itself is somebody's own.
        return url if own is True or (own is None and _kept_at(url, self.settings.image_hosts)) else ""

    def look(self, _: str) -> bytes | None:
        url = self.original()
        return _pictures(self.settings).fetch(url) if url else None

    def put(self, _: str, picture: bytes) -> None:
        picture = _fitted(picture)
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        post(self.calls, "users.setPhoto", self.headers, files={"image": ("portrait", picture, kind)})

    def remove(self, _: str) -> None:
        if self.original():
            post(self.calls, "users.deletePhoto", self.headers)


def _own(signed: _Signed, name: str, account: str) -> Own:
    takes = replace(TAKES, lag=signed.settings.lag)
    place = Place(name, signed.look, signed.put, signed.remove, takes=takes, same=alike)
    return Own(account, place)


def _kept_at(url: str, hosts: tuple[str, ...]) -> bool:
    host = (urlsplit(url).hostname or "").casefold()
    return any(host == one or host.endswith(f".{one}") for one in hosts)


@cache
def _pictures(settings: Settings) -> Pictures:
    rest = (settings.ca_file, settings.proxy, settings.timeout)
    return Pictures(settings.image_hosts, lambda url: AllowedCalls(Line(url, [("GET", PATH)], {}, *rest)))


def _fitted(picture: bytes) -> bytes:
    """Return a picture within the sizes that Slack takes: what people had before us may be larger or smaller."""
    array = decode(picture).picture
    least, most = sorted(array.shape[:2])
    scale = min(_MOST / most, max(1.0, _LEAST / least))
    if least * scale < _LEAST - 1:
        message = f"Slack takes pictures of {_LEAST} to {_MOST} pixels; this one has {array.shape[1]} × {array.shape[0]}"
        raise PhotoError("photo.shape", message)
    if scale == 1:
        return picture
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return pixels.jpeg(cv2.resize(array, None, fx=scale, fy=scale, interpolation=how))

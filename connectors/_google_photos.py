"""The two pictures of a Google user: the directory's small one, and the larger one of their profile.

The profile's is asked for in the user's own name (People API), and fetched without any token from the address that
Google gives for it, on Google's hosts for pictures only.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catchlight.errors import PhotoError
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._google_calls import PEOPLE, Access, calls_to, for_everybody, said
from connectors._google_tokens import Tokens
from connectors._photo_bytes import is_pictured, pictured

PROFILE = ("https://www.googleapis.com/auth/userinfo.profile",)
PICTURES = "*.googleusercontent.com"
_LARGEST = 2048  # pixels; smaller pictures come as they are
_HOST = re.compile(r"[a-z0-9-]{1,40}\.googleusercontent\.com")
_PATH = r"/[A-Za-z0-9_./=~-]{1,2000}"
_SIZE = re.compile(r"=[swh]\d+[A-Za-z0-9-]*$")


@dataclass(frozen=True, slots=True)
class Profile:
    """The picture of a profile; ``is_default``: Google drew it, nobody chose it."""

    picture: bytes
    is_default: bool


def written(picture: bytes) -> str:
    """Return a picture as the Directory API takes it: web-safe base64, padded with =."""
    return base64.urlsafe_b64encode(picture).decode("ascii")


def read(reply: Reply, data: str) -> bytes:
    """Return the picture in ``photoData``, however it is padded; OutsideError when there is none in it."""
    bare = re.sub(r"[=*.\s]", "", data).replace("+", "-").replace("/", "_")
    try:
        picture = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    return pictured(reply.url, picture)


def _is_told(reply: Reply) -> None:
    if reply.status == 200:
        reply.json()


class Profiles:
    """The profile pictures of all users; threads may share it."""

    def __init__(self, settings: Access, tokens: Tokens, without: str = 'backup = "thumbnail"') -> None:
        """Ask with tokens in the users' names; ``without`` is the setting that does without profiles."""
        self._settings, self._tokens, self._without = settings, tokens, without
        self._people = calls_to(settings, PEOPLE, (("GET", "/v1/people/me"),))
        self._hosts: dict[str, AllowedCalls] = {}

    def of(self, email: str) -> Profile | None:
        """Return the picture of a user's profile, None when there is none that we could fetch."""
        calls = self._people.signed(self._tokens.of(email, PROFILE))
        try:
            reply = calls.call("GET", "/v1/people/me", _is_told, params={"personFields": "photos"})
        except PhotoError:  # nobody acts for an account that is suspended
            return None
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise for_everybody(reply) or PhotoError("google.rights", f"profile of {email}: {said(reply)}")
        photos: list[Mapping[str, Any]] = reply.json().get("photos") or []
        photo = next((one for one in photos if _source(one) == "PROFILE"), {})
        picture = self._fetched(str(photo.get("url", "")))
        return Profile(picture, photo.get("default") is True) if picture else None

    def _fetched(self, url: str) -> bytes | None:
        parts = urlsplit(url)
        host, path = f"{parts.scheme}://{parts.netloc}", parts.path
        if not self._is_googles(host) or not re.fullmatch(_PATH, path):
            return None
        sized, found = _SIZE.subn(f"=s{_LARGEST}", path)
        ask = None if found else {"sz": _LARGEST}
        reply = self._at(host).call(
            "GET", sized, is_pictured, params=ask, headers={"Accept": "image/jpeg,image/png"}
        )
        if reply.status != 200:
            # Not None: then the next look, with the larger picture, would seem to show a change.
            message = (
                f"a profile picture is not given by {host} ({reply.status}); {self._without} does without"
            )
            raise PhotoError("photo.backup", message)
        return reply.body

    def _is_googles(self, host: str) -> bool:
        if self._settings.url:
            return host == self._settings.url
        scheme, _, name = host.partition("://")
        return scheme == "https" and bool(_HOST.fullmatch(name))

    def _at(self, host: str) -> AllowedCalls:
        """Return the calls to a host of pictures: no token, nothing but reading."""
        if host not in self._hosts:
            self._hosts[host] = calls_to(self._settings, host, (("GET", _PATH),))
        return self._hosts[host]


def _source(photo: Mapping[str, Any]) -> str:
    source = (photo.get("metadata") or {}).get("source") or {}
    return str(source.get("type", ""))

"""Google Workspace: the photo that the directory keeps of each person, which is that of their Google Account too.

Google scales what it is given to 96 × 96 pixels. Who may edit their own profile can replace it (Admin console →
Directory → Directory settings → Profile editing); no call that we may make tells whether they can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pydantic import Field

from catchlight.alike import alike
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.records import Employee
from connectors import _google_people as people_of
from connectors import _google_source as source
from connectors._allowed_calls import AllowedCalls, UnwellError
from connectors._google_calls import DIRECTORY, PEOPLE, QUOTA, Google, calls_to, said, tokens_of
from connectors._google_people import known
from connectors._google_photos import PICTURES, PROFILE, Profiles, written
from connectors._google_thumbnail import PHOTO, look, must_be_there, path, thumbnail, why_not
from connectors._google_tokens import Tokens

TAKES = Takes(
    size="512",
    most_bytes=1_000_000,
    keeps_bytes=False,
    empties=True,  # a photo may have to be deleted before it is replaced
    a_minute=QUOTA.writes,
    at_once=4,
    calls=9,
    lag=30,
    consent="directory",
)
"""Nothing is documented about the largest picture, nor how long reading back may show the old one."""

SCOPES = ("https://www.googleapis.com/auth/admin.directory.user",)
_UNSURE = "if they have none now, publish again or put the old one back; it is in the vault"


class Settings(Google):
    """Google Workspace, and where the backup of a photo comes from.

    ``profile`` keeps the larger picture of the person's profile where it shows the same, which takes a second scope;
    ``thumbnail`` the directory's own, of 96 pixels.
    """

    backup: Literal["profile", "thumbnail"] = "profile"
    size: str = TAKES.size
    most_bytes: int = Field(TAKES.most_bytes, ge=1_000, le=20_000_000)
    lag: float = Field(TAKES.lag, ge=0, description="seconds for which Google may still show the old photo")

    @property
    def also(self) -> tuple[str, ...]:
        """Where profile photos are."""
        return (PEOPLE, PICTURES) if self.backup == "profile" else ()


@dataclass(frozen=True, slots=True)
class _Workspace:
    """What the verbs work with; ``profiles`` is None where the thumbnail is backup enough."""

    settings: Settings
    tokens: Tokens
    calls: AllowedCalls
    profiles: Profiles | None


SourceSettings = source.SourceSettings
open_source = source.open_source
probe_source = source.probe_source


class _InTheWayError(OutsideError):
    """Google did not put a new photo in place of the one that is there."""


def open_place(settings: Settings, name: str) -> Place:
    """Return the directory as a destination; ConfigError when the key or the authority cannot be read."""
    own = _open(settings)
    takes = replace(TAKES, size=settings.size, most_bytes=settings.most_bytes, lag=settings.lag)
    return Place(
        name,
        look=partial(look, own.calls, own.profiles),
        put=partial(_put, own),
        remove=partial(_remove, own),
        takes=takes,
        accounts=partial(_find, own),
        same=alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed.

    Whether the administrator's role may update users shows only when a photo is written.
    """
    try:
        own = _open(settings)
        lacking = own.tokens.lacking(settings.admin, SCOPES)
        told = [lacking or people_of.no_administrator(settings, own.calls)]
        if own.profiles:
            told.append(own.tokens.lacking(settings.admin, PROFILE))
        if not any(told):
            awake = (user for user in people_of.users(settings, own.calls) if not people_of.asleep(user))
            first = next(awake, None)
            told.append("" if first else f"admin {settings.admin}: no users are listed")
            (look(own.calls, own.profiles, str(first.get("id", ""))) if first else None)
    except (ConfigError, OutsideError, PhotoError) as error:
        return [str(error)]
    return [one for one in told if one]


def _open(settings: Settings) -> _Workspace:
    tokens = tokens_of(settings)
    allowed = (*people_of.allowed(settings), *((verb, PHOTO) for verb in ("GET", "PUT", "DELETE")))
    calls = calls_to(settings, DIRECTORY, allowed, tokens.of(settings.admin, SCOPES), QUOTA)
    profiles = Profiles(settings, tokens) if settings.backup == "profile" else None
    return _Workspace(settings, tokens, calls, profiles)


def _find(own: _Workspace, people: Sequence[Employee]) -> Accounts:
    return people_of.find(own.settings, own.calls, people, people_of.asleep)


def _put(own: _Workspace, target: str, picture: bytes) -> None:
    if not 0 < len(picture) <= own.settings.most_bytes:
        message = f"{len(picture)} bytes; at most {own.settings.most_bytes} are sent (most_bytes)"
        raise PhotoError("photo.too_large", message)
    try:
        _update(own.calls, target, picture)
    except _InTheWayError:
        there = thumbnail(own.calls, target)
        if not there or not alike(picture, there[0]):
            _replace(own.calls, target, picture, there[0] if there else b"")


def _update(calls: AllowedCalls, target: str, picture: bytes) -> None:
    try:
        reply = calls.call("PUT", path(target), json={"photoData": written(picture)})
    except UnwellError as error:
        raise (_InTheWayError(str(error)) if error.status == 500 else error) from error
    if reply.status == 412:
        raise _InTheWayError(f"user {target}: Google does not take the photo ({said(reply)})")
    if reply.status != 200:
        raise why_not(target, reply)


def _replace(calls: AllowedCalls, target: str, picture: bytes, before: bytes) -> None:
    """Remove what is in the way, and write again; what was removed is put back when Google refuses the new one."""
    _delete(calls, target)
    try:
        _update(calls, target, picture)
    except (PhotoError, OutsideError) as error:
        refused = isinstance(error, PhotoError | _InTheWayError)
        left = _left(calls, target, before) if refused else _UNSURE
        message = (
            f"the photo of user {target} was removed to make way, and the new one not taken ({error}); {left}"
        )
        raise (PhotoError("photo.refused", message) if refused else OutsideError(message)) from error


def _left(calls: AllowedCalls, target: str, before: bytes) -> str:
    """Put back what was there, and say what the person has now."""
    if not before:
        return "there was none before, and there is none now"
    try:
        _update(calls, target, before)
    except (PhotoError, OutsideError):
        return "they have none now; the old one is in the vault"
    return "the old one, of 96 pixels, is back"


def _delete(calls: AllowedCalls, target: str) -> None:
    """Remove a photo; none, and Google's internal error, which it answers to those without one, are no matter."""
    try:
        reply = calls.call("DELETE", path(target))
    except UnwellError as error:
        if error.status != 500:
            raise
        return
    if reply.status == 404:
        must_be_there(calls, target, reply)
    elif reply.status not in {200, 204}:
        raise why_not(target, reply)


def _remove(own: _Workspace, target: str) -> None:
    _delete(own.calls, known(target))

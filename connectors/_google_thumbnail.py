"""The photo that Google's directory has of a user, of 96 pixels, and the profile's larger one where it shows the same."""

from catchlight.alike import alike
from catchlight.errors import OutsideError, PhotoError
from connectors import _google_people as people_of
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._google_calls import for_everybody, refusal, said
from connectors._google_people import ID, USERS, gone, known
from connectors._google_photos import Profiles, read

PHOTO = rf"{USERS}/{ID.pattern}/photos/thumbnail"


def path(target: str) -> str:
    """Return where the photo of an account is; PhotoError for what is no id."""
    return f"{USERS}/{known(target)}/photos/thumbnail"


def look(calls: AllowedCalls, profiles: Profiles | None, target: str) -> bytes | None:
    """Return the largest picture that we can have of what the directory shows, None when it shows none."""
    photo = thumbnail(calls, target)
    if photo is None:
        return None
    small, email = photo
    profile = profiles.of(email) if profiles and email else None
    # A profile that shows something else is behind, or ahead: then the directory's own is the truth.
    if profile is None or not alike(profile.picture, small):
        return small
    return None if profile.is_default else profile.picture


def thumbnail(calls: AllowedCalls, target: str) -> tuple[bytes, str] | None:
    """Return the directory's picture and the address of the account, None when it has no picture."""
    reply = calls.call("GET", path(target), _picture)
    if reply.status == 404:
        must_be_there(calls, target, reply)
        return None
    if reply.status != 200:
        raise why_not(target, reply, "read", "Read")
    photo = reply.json()
    if str(photo.get("id", target)) != target:
        raise OutsideError(f"{reply.url}: answers with another user's photo")
    picture = _picture(reply)
    return (picture, str(photo.get("primaryEmail") or "")) if picture else None


def _picture(reply: Reply) -> bytes:
    """Return the picture in an answer, b"" where it holds none; OutsideError for one that makes no sense."""
    data = str(reply.json().get("photoData") or "") if reply.status == 200 else ""
    return read(reply, data) if data else b""


def must_be_there(calls: AllowedCalls, target: str, reply: Reply) -> None:
    """Raise PhotoError for no account, and nothing for one without a photo: both are 404."""
    words = refusal(reply).words.casefold()
    if "userkey" in words:
        raise gone(target, reply)
    if "photo" not in words:
        people_of.user_of(calls, target, "id")


def why_not(target: str, reply: Reply, verb: str = "change", right: str = "Update") -> Exception:
    """Return what a refusal means for one user."""
    general = for_everybody(reply)
    if general:
        return general
    if reply.status == 404:
        return gone(target, reply)
    if reply.status == 403:
        message = f"user {target}: the administrator may not {verb} this photo ({said(reply)}); the role needs Users → {right}"
        return PhotoError("google.rights", message)
    return PhotoError("photo.refused", f"user {target}: Google does not take the photo ({said(reply)})")

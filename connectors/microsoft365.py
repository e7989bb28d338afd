"""Microsoft 365: one photo a person, which Outlook, Teams and SharePoint all show; a source and a destination.

Teams and Outlook keep copies for a long time: what is read back here is what Microsoft 365 has, not what a
colleague already sees. Photos are read, put and removed, users and the members of one group are listed, and the
tenant's photo policy is read; no other call can be made.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field

from catchlight.alike import alike
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Accounts, Place, Takes
from catchlight.records import Employee
from connectors import _accounts
from connectors._allowed_calls import Reply
from connectors._graph_calls import AT_ONCE, Graph, has
from connectors._graph_credential import ends_soon
from connectors._graph_people import USERS, Circle, find
from connectors._graph_photo import LARGEST, SMALL, gone, means_none, not_read, not_written
from connectors._graph_settings import GUID, App
from connectors._graph_source import SourceSettings, open_source, probe_source

__all__ = ["TAKES", "Settings", "SourceSettings", "open_place", "open_source", "probe", "probe_source"]

TAKES = Takes(
    size="648", most_bytes=SMALL, keeps_bytes=False, at_once=AT_ONCE, calls=5, lag=60, consent="directory"
)
"""648 pixels are the largest that it keeps; it encodes anew, and replicas may show the old photo for a while."""

_POLICY = "/beta/admin/people/photoUpdateSettings"
_USER = rf"/v1\.0/users/{GUID}"
_ALLOWED = (
    ("GET", r"/v1\.0/users(\?[^#\s]*)?"), ("GET", _USER), ("GET", rf"{_USER}/photo"),
    ("GET", rf"{_USER}/photo/\$value"), ("PUT", rf"{_USER}/photo/\$value"), ("DELETE", rf"{_USER}/photo/\$value"),
    ("GET", rf"/v1\.0/groups/{GUID}/transitiveMembers(\?[^#\s]*)?"), ("GET", _POLICY),
)  # fmt: skip
_NEEDED = {
    "ProfilePhoto.ReadWrite.All": "to read and write photos",
    "User.Read.All": "to find accounts",
    "PeopleSettings.Read.All": "to see whether the tenant takes photos from here at all",
}
_GROUP = {"GroupMember.Read.All": "to see who is in the group of only_group"}
_ON_PREMISES = (
    "Microsoft 365 takes photos from the directory on premises only (photoUpdateSettings: source is onPremises), and "
    "refuses ours; an administrator sets it to cloud, which takes up to 24 hours to be in force"
)
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}


class Settings(App):
    """Which app, how accounts are found, and whose photos may be touched.

    The permission to write photos holds for the whole tenant; with ``only_group``, nobody outside of that group
    is ever touched by us.
    """

    match: Literal[
        "employeeId", "mail", "userPrincipalName", "onPremisesImmutableId", "onPremisesSamAccountName", "id"
    ] = Field("employeeId", description="the property of a user that says whose account it is")
    employee: _accounts.Field = Field("id", description="what of our list it is compared with")
    only_group: str = Field("", pattern=rf"^({GUID})?$", description="Object ID of a group")
    mailboxes: bool = Field(
        default=False,
        description="true where everybody has a mailbox in Exchange Online: 4 MB instead of 100 kB",
    )
    lag: float = Field(
        TAKES.lag, ge=0, le=3600, description="seconds for which the old photo may still be shown"
    )


def open_place(settings: Settings, name: str) -> Place:
    """Return Microsoft 365 as a destination; ConfigError when the credential or the authority cannot be used."""
    photos = _Photos(settings)
    return Place(
        name,
        look=photos.look,
        put=photos.put,
        remove=photos.remove,
        takes=replace(TAKES, most_bytes=LARGEST if settings.mailboxes else SMALL, lag=settings.lag),
        accounts=partial(_find, settings, photos),
        same=alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed."""
    told: list[str] = []
    try:
        photos = _Photos(settings)
        needed = _NEEDED | (_GROUP if settings.only_group else {})
        told += [*ends_soon(photos.graph.sign_in.credential), *photos.graph.missing(needed)]
        told += [_ON_PREMISES] * photos.only_on_premises()
        users = photos.graph.pages(USERS, {"$select": "id", "$top": "999"}, "User.Read.All")
        first = next((str(one.get("id")) for one in users if photos.circle.has(str(one.get("id")))), None)
        if first is None:
            where = "in the group of only_group" if settings.only_group else "in the tenant"
            return [*told, f"Microsoft 365 lists nobody {where}"]
        photos.look(first)
    except (ConfigError, OutsideError, PhotoError) as error:
        # One person's photo that cannot be read says nothing of the others'.
        told += [str(error)] * (getattr(error, "reason", "") not in {"photo.unreadable", "account.gone"})
    return told


def _find(settings: Settings, photos: "_Photos", people: Sequence[Employee]) -> Accounts:
    if photos.only_on_premises():
        raise ConfigError(_ON_PREMISES)
    return find(photos.circle, settings.match, settings.employee, people)


class _Photos:
    """The photos of one tenant; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.graph = Graph(settings, _ALLOWED)
        self.circle = Circle(self.graph, settings.only_group)

    def look(self, target: str) -> bytes | None:
        """Return the largest that there is of a photo, None when there surely is none."""
        path = f"{_path(target)}/photo"
        for _ in range(2):  # replicas may differ for a moment
            if not self._is_there(target, path):
                return None
            reply = self.graph.call("GET", f"{path}/$value", _is_picture)
            if not means_none(reply):
                break
        if means_none(reply):
            raise OutsideError(f"{reply.url}: Graph says that there is a photo, and gives none")
        if reply.status != 200:
            raise self._why_not(target, not_read(target, reply), reply.status)
        return reply.body

    def _is_there(self, target: str, path: str) -> bool:
        """Whether a photo is there, by its metadata: 404, or one pixel that stands for none."""
        reply = self.graph.call("GET", path, has("@odata.mediaContentType"))
        if reply.status != 200:
            if means_none(reply):
                return False
            raise self._why_not(target, not_read(target, reply), reply.status)
        return reply.json().get("id") != "1x1"

    def put(self, target: str, picture: bytes) -> None:
        """Put a photo in the place of another."""
        path = _path(target)
        self.circle.must_have(target)
        if not 0 < len(picture) < LARGEST:
            message = f"Microsoft 365 takes photos of less than 4 MB; this one has {len(picture)} bytes"
            raise PhotoError("photo.too_large", message)
        kind = next((kind for magic, kind in _PICTURES.items() if picture.startswith(magic)), "")
        if not kind:
            raise PhotoError("photo.shape", "Microsoft 365 takes JPEG; this is no picture that it knows")
        headers = {"Content-Type": kind}
        reply = self.graph.call("PUT", f"{path}/photo/$value", content=picture, headers=headers)
        if not 200 <= reply.status < 300:
            raise self._why_not(target, not_written(target, len(picture), reply), reply.status)

    def remove(self, target: str) -> None:
        """Remove a photo; nothing when there is none."""
        path = _path(target)
        self.circle.must_have(target)
        reply = self.graph.call("DELETE", f"{path}/photo/$value")
        if not 200 <= reply.status < 300 and not means_none(reply):
            raise self._why_not(target, not_written(target, 0, reply), reply.status)

    def only_on_premises(self) -> bool:
        """Whether the tenant's policy refuses photos from here; False where it cannot be asked."""
        try:
            reply = self.graph.call("GET", _POLICY, Reply.json)
        except OutsideError:
            return False
        # Microsoft's own pages show the settings bare, in "value", and in a list in "value".
        told = reply.json().get("value", reply.json()) if reply.status == 200 else {}
        settings = told if isinstance(told, list) else [told]
        return any(isinstance(one, dict) and one.get("source") == "onPremises" for one in settings)

    def _why_not(self, target: str, error: CatchlightError, status: int) -> CatchlightError:
        """Return the error of a photo, or that the user is gone: Graph says 404 for both."""
        if status != 404:
            return error
        user = self.graph.call("GET", _path(target), has("id"), params={"$select": "id"})
        return gone(target) if user.status == 404 else error


def _is_picture(reply: Reply) -> None:
    if reply.status == 507 or (reply.status == 200 and not reply.body.startswith(tuple(_PICTURES))):
        raise OutsideError(f"{reply.url}: answers {reply.status} with something else than a picture")


def _path(target: str) -> str:
    if not re.fullmatch(GUID, target):
        raise PhotoError("account.unknown", f"{target[:100]!r} is not the Object ID of a user; plan again")
    return f"{USERS}/{target}"

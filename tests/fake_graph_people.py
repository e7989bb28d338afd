"""The people of the stand-in for Microsoft Graph: users, groups, photos that are encoded anew, and replicas that lag."""

import json
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from io import BytesIO
from uuid import UUID, uuid5

from PIL import Image, UnidentifiedImageError

from tests.fake_graph_answers import DENIED, Answer, as_json, wrong

_MINE = UUID("00000000-0000-0000-0000-00000000aaaa")
_NO_USER = wrong(
    404,
    "Request_ResourceNotFound",
    "Resource does not exist or one of its queried properties is not present.",
)
NO_PHOTO = wrong(
    404,
    "ImageNotFound",
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
)
_PIXEL = {
    "@odata.mediaContentType": "image/gif",
    "@odata.mediaEtag": "",
    "id": "1x1",
    "width": 1,
    "height": 1,
}


@dataclass
class _Shown:
    """A photo as replicas show it: the new one only after so many more reads."""

    old: bytes | None
    new: bytes | None
    left: int = 0
    version: int = 0


@dataclass
class People:
    """Users by id, their photos, their groups, and the tenant's policy.

    ``without_mailbox`` are kept in the directory alone: 100 kB, and 404 for more. ``unreadable`` answers for a
    user's photo instead of it. ``pixel``: no photo is 200 and one pixel, and not 404, in the metadata. ``lag`` is
    for how many reads a replica shows the old photo. ``writes`` counts what took effect, by user.
    """

    users: dict[str, dict[str, object]] = field(default_factory=dict)
    photos: dict[str, _Shown] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    without_mailbox: set[str] = field(default_factory=set)
    unreadable: dict[str, Answer] = field(default_factory=dict)
    policy: dict[str, object] = field(default_factory=lambda: {"source": None, "allowedRoles": []})
    pixel: bool = False
    lag: int = 0
    page: int = 999
    next_link: str = ""
    writes: Counter[str] = field(default_factory=Counter)

    def add(self, employee: str, **more: object) -> str:
        """Hire somebody; return the id of their account."""
        id_ = str(uuid5(_MINE, employee))
        self.users[id_] = {
            "id": id_, "employeeId": employee, "mail": f"{employee}@example.org", "accountEnabled": True,
            "userType": "Member", **more,
        }  # fmt: skip
        return id_

    def shown(self, id_: str) -> bytes | None:
        """Return the photo that a user really has by now."""
        return self.photos[id_].new if id_ in self.photos else None

    def set(self, id_: str, picture: bytes | None) -> None:
        """Let a user, or somebody else, change a photo: seen at once."""
        version = self.photos[id_].version + 1 if id_ in self.photos else 1
        self.photos[id_] = _Shown(picture, picture, 0, version)

    def listed(self, url: str, query: dict[str, str], roles: tuple[str, ...]) -> Answer:
        """List users, page by page, with no more than was selected."""
        if not {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"} & set(roles):
            return DENIED
        rows = [
            {name: one.get(name) for name in query.get("$select", "id,mail").split(",")}
            for one in self.users.values()
        ]
        return self._page(f"{url}/v1.0/users", query, rows)

    def members(self, url: str, group: str, query: dict[str, str], roles: tuple[str, ...]) -> Answer:
        """List who is in a group, and in the groups in it."""
        if "GroupMember.Read.All" not in roles:
            return DENIED
        if group not in self.groups:
            return _NO_USER
        rows = [{"@odata.type": "#microsoft.graph.user", "id": one} for one in sorted(self._inside(group))]
        return self._page(f"{url}/v1.0/groups/{group}/transitiveMembers", query, rows)

    def _inside(self, group: str) -> AbstractSet[str]:
        inside, todo = set[str](), [group]
        while todo:
            for one in self.groups[todo.pop()] - inside:
                inside.add(one)
                todo += [one] * (one in self.groups)
        return inside

    def _page(self, address: str, query: dict[str, str], rows: list[dict[str, object]]) -> Answer:
        top, start = int(query.get("$top", "100")), int(query.get("$skiptoken", "0"))
        if not 1 <= top <= 999:
            return wrong(
                400, "Request_BadRequest", f"Invalid page size specified: '{top}'. Must be between 1 and 999."
            )
        stop = start + min(top, self.page)
        told: dict[str, object] = {"value": rows[start:stop]}
        if stop < len(rows):
            kept = f"%24select={query.get('$select', '')}&%24top={top}"
            told["@odata.nextLink"] = self.next_link or f"{address}?{kept}&%24skiptoken={stop}"
        return as_json(200, told)

    def users_of(
        self, url: str, group: str, query: dict[str, str], roles: tuple[str, ...], *, eventual: bool
    ) -> Answer:
        """List the users in a group and in the groups in it; a cast needs ConsistencyLevel and $count."""
        if not {"GroupMember.Read.All", "User.Read.All"} <= set(roles):
            return DENIED
        if not eventual or ("$count" not in query and "$skiptoken" not in query):
            return wrong(400, "Request_UnsupportedQuery", "The specified cast is not supported.")
        if group not in self.groups:
            return _NO_USER
        inside = sorted(self._inside(group) & self.users.keys())
        rows = [
            {name: self.users[one].get(name) for name in query.get("$select", "id").split(",")}
            for one in inside
        ]
        return self._page(f"{url}/v1.0/groups/{group}/transitiveMembers/microsoft.graph.user", query, rows)

    def user(self, id_: str, select: str = "id") -> Answer:
        """Return what was selected of a user."""
        if id_ not in self.users:
            return _NO_USER
        return as_json(200, {name: self.users[id_].get(name) for name in select.split(",")})

    def photo(self, id_: str, *, value: bool, roles: tuple[str, ...]) -> Answer:
        """Return a photo or what is said of it."""
        if not {"ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All", "User.ReadWrite.All"} & set(roles):
            return DENIED
        if id_ not in self.users:
            return _NO_USER
        if id_ in self.unreadable:
            return self.unreadable[id_]
        shown = self.photos.get(id_, _Shown(None, None))
        picture = shown.old if shown.left else shown.new
        shown.left = max(0, shown.left - 1)
        if picture is None:
            return as_json(200, _PIXEL) if self.pixel and not value else NO_PHOTO
        if value:
            return Answer(200, picture, {"Content-Type": "image/jpeg"})
        with Image.open(BytesIO(picture)) as opened:
            width, height = opened.size
        tag = f'"{shown.version:08X}"'
        about = {"@odata.mediaContentType": "image/jpeg", "@odata.mediaEtag": tag, "id": f"{width}x{height}"}
        return as_json(200, {**about, "width": width, "height": height})

    def put(self, id_: str, kind: str, data: bytes, roles: tuple[str, ...]) -> Answer:
        """Take a photo as Microsoft 365 does: checked, made 648 pixels at most, and encoded anew."""
        refused = self._refused(id_, kind, data, roles)
        if refused:
            return refused
        self._write(id_, _encoded_anew(data))
        return Answer(200)

    def _refused(self, id_: str, kind: str, data: bytes, roles: tuple[str, ...]) -> Answer | None:
        if not {"ProfilePhoto.ReadWrite.All", "User.ReadWrite.All"} & set(roles):
            return DENIED
        if self.policy.get("source") == "onPremises":
            return wrong(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if id_ not in self.users:
            return _NO_USER
        if id_ in self.without_mailbox and len(data) > 102_400:
            return wrong(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return _not_taken(kind, data)

    def delete(self, id_: str, roles: tuple[str, ...]) -> Answer:
        """Remove a photo."""
        if not {"ProfilePhoto.ReadWrite.All", "User.ReadWrite.All"} & set(roles):
            return DENIED
        if id_ not in self.users:
            return _NO_USER
        if self.shown(id_) is None:
            return NO_PHOTO
        self._write(id_, None)
        return Answer(204)

    def _write(self, id_: str, picture: bytes | None) -> None:
        before = self.photos.get(id_, _Shown(None, None))
        self.photos[id_] = _Shown(before.new, picture, self.lag, before.version + 1)
        self.writes[id_] += 1

    def state(self) -> str:
        """Return who has a photo, to compare what was with what is."""
        return json.dumps(sorted(id_ for id_ in self.users if self.shown(id_) is not None))


def _not_taken(kind: str, data: bytes) -> Answer | None:
    if len(data) >= 4_000_000:
        return wrong(413, "RequestEntityTooLarge", "The request is too large.")
    try:
        with Image.open(BytesIO(data)) as picture:
            small = min(picture.size) < 48
    except UnidentifiedImageError:
        return wrong(400, "ErrorInvalidImage", "The image is not valid.")
    if kind not in {"image/jpeg", "image/png"} or small:
        return wrong(400, "ValidationWidthTooSmall", "The photo is too small.")
    return None


def _encoded_anew(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((648, 648))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()

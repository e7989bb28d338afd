"""A company at Google Workspace, for the stand-in: its users, what they look like, how they sign, and what it does with that.

Each method of the APIs has a function of its name here. It gets what is in the path, who calls with which scopes, the
query and the body, all of them checked against Google's description before.
"""

import base64
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from PIL import UnidentifiedImageError

from tests.gmail_cleaning import cleaned
from tests.google_answers import Answer, fault, monogram, said, scaled, told

ADMIN = "admin@example.org"
SHARING = "https://www.googleapis.com/auth/gmail.settings.sharing"
Who = tuple[str, frozenset[str]]


@dataclass
class Company:
    """Users by id, their photos as they were given, their signatures by address.

    ``as_given`` keeps photos as they came, which Google does not; ``old_tokens`` is how often page tokens ended.
    ``lag`` is for how many readings the old photo is still shown. ``in_the_way`` are users whose photo has to be
    deleted before it is replaced (with the status, 412 or 500, that says so); with ``monograms`` Google shows its own
    drawing as a photo; ``protected`` users may not be touched. ``writes`` counts what really changed, by user,
    ``taken`` the photos among it that were put.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, dict[str, str]] = field(default_factory=dict)
    coming: dict[str, tuple[int, bytes | None]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    as_given: bool = False
    old_tokens: int = 0
    lag: int = 0
    in_the_way: dict[str, int] = field(default_factory=dict)
    monograms: bool = False
    plain_404: bool = False
    protected: set[str] = field(default_factory=set)
    writes: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, id_: str, email: str, **more: Any) -> None:
        """Give somebody an account, with a mailbox."""
        self.users[id_] = {
            "id": id_, "primaryEmail": email, "suspended": False, "archived": False, "isMailboxSetup": True,
            "isAdmin": False, "isDelegatedAdmin": False, "kind": "admin#directory#user", **more,
        }  # fmt: skip
        self.signatures.setdefault(id_, {email: ""})

    def user(self, key: str) -> dict[str, Any] | None:
        """Return the user with an id or an address, None when there is none."""
        if key in self.users:
            return self.users[key]
        return next((user for user in self.users.values() if user["primaryEmail"] == key), None)

    def is_awake(self, email: str) -> bool:
        """Whether a token can be had in the name of a user."""
        user = self.user(email)
        return user is not None and not user["suspended"] and not user["archived"]

    def _refused(self, named: dict[str, str], who: Who) -> Answer | None:
        """Return why an administrator may not see to a user, None when they may."""
        acting, user = self.user(who[0]) or {}, self.user(named.get("userKey", ADMIN))
        if not (acting.get("isAdmin") or acting.get("isDelegatedAdmin")):
            return said(403, "forbidden", "Not Authorized to access this resource/api")
        if user is None:
            return said(404, "notFound", "Not Found" if self.plain_404 else "Resource Not Found: userKey")
        if user["id"] in self.protected:
            return said(403, "forbidden", "Not Authorized to access this resource/api")
        return None

    def directory_users_list(self, _: Any, who: Any, query: dict[str, str], __: Any) -> Answer:
        """List all users, a page at a time."""
        refused = self._refused({}, who)
        if refused:
            return refused
        try:
            start = self._place(query["pageToken"]) if "pageToken" in query else 0
        except ValueError:
            return said(400, "invalid", "Invalid Input: pageToken")
        end = start + int(query.get("maxResults", "100"))
        unit = re.fullmatch(r"orgUnitPath='(.*)'", query.get("query", ""))
        found = [
            self._told(one) for one in self.users.values() if not unit or one.get("orgUnitPath") == unit[1]
        ]
        rows = sorted(found, key=lambda one: one["primaryEmail"])
        page: dict[str, Any] = {"kind": "admin#directory#users", "users": rows[start:end]}
        if end < len(rows):
            page["nextPageToken"] = base64.b64encode(f"{self.old_tokens} {end}".encode()).decode()
        return told(page)

    def _place(self, token: str) -> int:
        """Return where a page begins; ValueError for a token that ended."""
        age, start = map(int, base64.b64decode(token).split())
        if age != self.old_tokens:
            raise ValueError(token)
        return start

    def _told(self, user: dict[str, Any]) -> dict[str, Any]:
        """Return a user with the etag of their photo, which is of the small picture and not of the bytes that came."""
        shown = self.photos.get(user["id"]) or (monogram(user["id"]) if self.monograms else None)
        return (
            {**user, "thumbnailPhotoEtag": f'"{hashlib.sha256(shown).hexdigest()[:20]}"'} if shown else user
        )

    def directory_users_get(self, named: dict[str, str], who: Any, *_: Any) -> Answer:
        """Return one user."""
        return self._refused(named, who) or told(self._told(self.user(named["userKey"]) or {}))

    def directory_users_photos_get(self, named: dict[str, str], who: Any, *_: Any) -> Answer:
        """Return the small photo that is shown."""
        refused = self._refused(named, who)
        if refused:
            return refused
        user = self.user(named["userKey"]) or {}
        self._arrive(user["id"])
        given = self.photos.get(user["id"]) or (monogram(user["id"]) if self.monograms else None)
        if given is None:
            return said(404, "notFound", "Not Found" if self.plain_404 else "Resource Not Found: photo")
        small = given if self.as_given else scaled(given, 96)
        data = base64.urlsafe_b64encode(small).decode().replace("=", "*")
        return told(
            {
                "kind": "admin#directory#user#photo", "id": user["id"], "primaryEmail": user["primaryEmail"],
                "mimeType": "image/jpeg", "width": 96, "height": 96, "photoData": data,
            }
        )  # fmt: skip

    def directory_users_photos_update(self, named: dict[str, str], who: Any, _: Any, sent: Any) -> Answer:
        """Take a photo, unless another is in the way."""
        refused = self._refused(named, who)
        if refused:
            return refused
        user = self.user(named["userKey"]) or {}
        there = user["id"] in self.photos
        if there and self.in_the_way.get(user["id"]) == 412:
            return said(412, "conditionNotMet", "Precondition Failed")
        if there and self.in_the_way.get(user["id"]) == 500:
            return fault("500")
        picture = _decoded(sent["photoData"])
        if picture is None:
            return said(400, "invalidInput", "Invalid Input: photoData")
        self.taken[user["id"]] += 1
        self._change(user["id"], picture)
        return told(
            {"kind": "admin#directory#user#photo", "id": user["id"], "primaryEmail": user["primaryEmail"]}
        )

    def directory_users_photos_delete(self, named: dict[str, str], who: Any, *_: Any) -> Answer:
        """Forget a photo."""
        refused = self._refused(named, who)
        if refused:
            return refused
        id_ = (self.user(named["userKey"]) or {})["id"]
        if id_ not in self.photos and id_ not in self.coming:
            return said(404, "notFound", "Resource Not Found: photo")
        self._change(id_, None)
        return Answer(200)

    def _change(self, id_: str, picture: bytes | None) -> None:
        self.writes[id_] += 1
        self.coming[id_] = (self.lag, picture)
        if not self.lag:
            self._arrive(id_)

    def _arrive(self, id_: str) -> None:
        """Bring what is coming nearer by one reading."""
        if id_ not in self.coming:
            return
        left, picture = self.coming.pop(id_)
        if left > 0:
            self.coming[id_] = (left - 1, picture)
        elif picture is None:
            self.photos.pop(id_, None)
        else:
            self.photos[id_] = picture

    def people_people_get(self, named: dict[str, str], who: Any, query: dict[str, str], _: Any) -> Answer:
        """Say where the user's profile picture is."""
        user = self.user(who[0])
        if user is None or named["peopleId"] != "me" or query.get("personFields") != "photos":
            return said(400, "badRequest", "personFields mask is required")
        id_ = user["id"]
        picture = self.photos.get(id_, monogram(id_))
        name = hashlib.sha256(picture).hexdigest()
        self.pictures[name] = picture
        source = {"type": "PROFILE", "id": id_}
        photo = {"metadata": {"primary": True, "source": source}, "url": f"{self.url}/picture/{name}=s100"}
        default = {} if id_ in self.photos else {"default": True}
        return told({"resourceName": f"people/{id_}", "etag": "%E", "photos": [{**photo, **default}]})

    def picture(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        """Return a profile picture in the size of its address, to anybody."""
        match = re.fullmatch(r"/picture/([0-9a-f]+)(?:=s(\d+))?", path)
        if "authorization" in headers:
            self.wrong.append("a token was sent to the host of pictures")
        if not match or match[1] not in self.pictures:
            return Answer(404, b"not here")
        size, given = int(match[2] or query.get("sz", "100")), self.pictures[match[1]]
        data = given if self.as_given else scaled(given, min(size, 720))
        return Answer(200, data, {"Content-Type": "image/jpeg"})

    def gmail_users_settings_sendas_list(self, named: dict[str, str], who: Any, *_: Any) -> Answer:
        """List the addresses that the user sends from."""
        user = self._mailbox(named, who)
        if isinstance(user, Answer):
            return user
        return told({"sendAs": [_alias(user, *one) for one in self.signatures[user["id"]].items()]})

    def gmail_users_settings_sendas_patch(self, named: dict[str, str], who: Any, _: Any, sent: Any) -> Answer:
        """Take a signature, and clean it."""
        user = self._mailbox(named, who)
        if isinstance(user, Answer):
            return user
        kept, email = self.signatures[user["id"]], named["sendAsEmail"]
        if email not in kept:
            return said(404, "notFound", "Not Found")
        if email != user["primaryEmail"] and SHARING not in who[1]:
            return said(403, "insufficientPermissions", "Insufficient Permission")
        if len(sent["signature"]) > 10_000:
            return said(400, "invalidArgument", "Signature exceeds maximum length of 10000 characters")
        self.writes[user["id"]] += 1
        kept[email] = cleaned(sent["signature"])
        return told(_alias(user, email, kept[email]))

    def _mailbox(self, named: dict[str, str], who: Who) -> dict[str, Any] | Answer:
        user = self.user(who[0])
        if user is None or named["userId"] not in {"me", user["primaryEmail"]}:
            return said(403, "forbidden", f"Delegation denied for {who[0]}")
        if not user["isMailboxSetup"]:
            return said(400, "failedPrecondition", "Mail service not enabled")
        return user


def _alias(user: dict[str, Any], email: str, signature: str) -> dict[str, Any]:
    primary = email == user["primaryEmail"]
    return {
        "sendAsEmail": email,
        "displayName": "",
        "isPrimary": primary,
        "isDefault": primary,
        "signature": signature,
    }


def _decoded(data: str) -> bytes | None:
    bare = re.sub(r"[=*.]+$", "", data)
    picture = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    try:
        scaled(picture, 96)
    except UnidentifiedImageError:
        return None
    return picture

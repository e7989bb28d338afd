"""The document libraries of the stand-in for Microsoft Graph: files and folders by path, whatever case, with tags."""

import json
import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from tests.fake_graph_answers import DENIED, Answer, as_json, wrong

DRIVE = "b!exampleDriveOfTheIntranet"
SITE = "example.sharepoint.com,aaaaaaaa-0000-0000-0000-000000000001,bbbbbbbb-0000-0000-0000-000000000002"
_NOTHING = wrong(404, "itemNotFound", "The resource could not be found.")
_TAKEN = wrong(409, "nameAlreadyExists", "Name already exists")


@dataclass
class _Item:
    id: str
    name: str
    data: bytes | None
    version: int = 1

    @property
    def tag(self) -> str:
        return f'"{{{self.id}}},{self.version}"'


@dataclass
class Files:
    """One library with a folder Portraits in it. ``writes`` counts what took effect, by path.

    ``locked`` are paths that somebody has open; ``full``: no room left; ``denied``: the site was opened for reading;
    ``elsewhere`` is an address that downloads are sent to instead. ``leaked`` is every token that came to a download.
    """

    items: dict[str, _Item] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    full: bool = False
    denied: bool = False
    unseen: bool = False
    changes_bytes: bool = False
    elsewhere: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    leaked: list[str] = field(default_factory=list)
    writes: Counter[str] = field(default_factory=Counter)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Make the folder that IT made."""
        self._make("Portraits", None)

    def _make(self, path: str, data: bytes | None) -> _Item:
        item = _Item(f"01EXAMPLE{next(self._ids):06d}", path.rpartition("/")[2], data)
        self.items[path.casefold()] = item
        return item

    def files(self) -> dict[str, bytes]:
        """Return all files by path."""
        return {path: item.data for path, item in self.items.items() if item.data is not None}

    def change(self, path: str, data: bytes) -> None:
        """Let somebody else put another file there."""
        item = self.items[path.casefold()]
        item.data, item.version = data, item.version + 1

    def answer(self, url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one call below /v1.0 about sites and drives."""
        if path.startswith("/sites/"):
            return self._site(path.removeprefix("/sites/"))
        drive, _, rest = path.removeprefix("/drives/").partition("/")
        if drive != DRIVE:
            return _NOTHING
        if not rest:
            return as_json(200, {"id": drive, "quota": {"state": "exceeded" if self.full else "normal"}})
        if rest.startswith("items/") and method == "DELETE":
            return self._delete(rest.removeprefix("items/"), headers)
        inside = re.fullmatch(r"root(?::/(?P<path>[^:]+))?:?(?:/(?P<verb>content|children))?", rest)
        if not inside:
            return wrong(400, "invalidRequest", "Invalid request")
        return self._item(url, method, inside["path"] or "", inside["verb"] or "", headers, body)

    def _site(self, rest: str) -> Answer:
        if self.unseen:
            return wrong(403, "accessDenied", "Access denied")
        if rest == "example.sharepoint.com:/sites/intranet":
            return as_json(200, {"id": SITE})
        if rest == f"{SITE}/drives":
            return as_json(
                200, {"value": [{"id": "b!other", "name": "Pages"}, {"id": DRIVE, "name": "Documents"}]}
            )
        return _NOTHING

    def _item(
        self, url: str, method: str, path: str, verb: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        there = self.items.get(path.casefold())
        if method == "GET" and not verb:
            if not path:
                return as_json(200, {"id": "root", "name": "root", "folder": {}, "root": {}})
            return as_json(200, self._about(url, there)) if there else _NOTHING
        if self.denied:
            return DENIED
        if method == "POST" and verb == "children":
            return self._folder(path, json.loads(body))
        if method == "PUT" and verb == "content":
            return self._put(url, path, headers, body)
        return wrong(405, "notAllowed", "Not allowed")

    def _about(self, url: str, item: _Item) -> dict[str, object]:
        about: dict[str, object] = {"id": item.id, "name": item.name, "eTag": item.tag, "cTag": item.tag}
        if item.data is None:
            return {**about, "folder": {"childCount": 1}}
        key = secrets.token_urlsafe(12)
        self.keys[key] = item.id
        return {
            **about, "size": len(item.data), "file": {"mimeType": "image/jpeg"},
            "@microsoft.graph.downloadUrl": f"{self.elsewhere or url}/download?tempauth={key}",
        }  # fmt: skip

    def _folder(self, above: str, asked: dict[str, object]) -> Answer:
        if above and (above.casefold() not in self.items or self.items[above.casefold()].data is not None):
            return _NOTHING
        path = f"{above}/{asked['name']}".lstrip("/")
        if path.casefold() in self.items:
            return _TAKEN
        return as_json(201, {"id": self._make(path, None).id, "name": asked["name"], "folder": {}})

    def _put(self, url: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        above, there = path.rpartition("/")[0], self.items.get(path.casefold())
        if above and above.casefold() not in self.items:
            return _NOTHING
        if path.casefold() in self.locked:
            return wrong(423, "resourceLocked", "The file is locked for shared use.")
        if self.full:
            return wrong(507, "quotaLimitReached", "Insufficient Space Available")
        if there and there.data is None:
            return _TAKEN
        if headers.get("if-match") not in {None, there.tag if there else None}:
            return wrong(412, "resourceModified", "ETag does not match current item's value")
        data = body + b"\0" if self.changes_bytes else body
        if there:
            there.data, there.version = data, there.version + 1
        self.writes[path.casefold()] += 1
        return as_json(200 if there else 201, self._about(url, there or self._make(path, data)))

    def _delete(self, id_: str, headers: dict[str, str]) -> Answer:
        path = next((path for path, item in self.items.items() if item.id == id_), None)
        if path is None:
            return _NOTHING
        if self.denied:
            return DENIED
        if path in self.locked:
            return wrong(423, "resourceLocked", "The file is locked for shared use.")
        if headers.get("if-match") not in {None, self.items[path].tag}:
            return wrong(412, "resourceModified", "ETag does not match current item's value")
        del self.items[path]
        self.writes[path] += 1
        return Answer(204)

    def download(self, key: str, headers: dict[str, str]) -> Answer:
        """Give a file to whoever has its address; a token has no business here."""
        if "authorization" in headers:
            self.leaked.append(headers["authorization"])
        item = next((one for one in self.items.values() if one.id == self.keys.get(key)), None)
        if item is None or item.data is None:
            return Answer(404, b"gone")
        return Answer(200, item.data, {"Content-Type": "application/octet-stream"})

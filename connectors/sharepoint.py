"""SharePoint: a document library, or a folder of one, as a place to publish to, through Microsoft Graph.

Files are kept byte for byte and replaced whole. SharePoint keeps earlier versions, and what is removed stays in
its recycle bin: who may see those sees old portraits.
"""

import mimetypes
import re
from dataclasses import replace
from typing import Self
from urllib.parse import quote

from pydantic import Field, field_validator, model_validator

from catchlight.alike import alike
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Place, Takes, exactly
from connectors._graph_calls import AT_ONCE, Graph, has, said
from connectors._graph_credential import ends_soon
from connectors._graph_settings import App
from connectors._sharepoint_download import Downloads
from connectors._sharepoint_words import names_of, why_not

__all__ = ["TAKES", "Settings", "open_place", "probe"]

TAKES = Takes(most_bytes=32 << 20, at_once=AT_ONCE, calls=6)
"""SharePoint takes 250 MB in one call; a portrait never comes near."""

_DRIVE = r"[A-Za-z0-9!_-]{1,128}"
_ID = r"[A-Za-z0-9!_.,-]{1,256}"
_PATH = r"(/(?!\.{1,2}(?:[/:]|$))[A-Za-z0-9._@%-]+)+"
_ITEM = rf"/v1\.0/drives/{_DRIVE}/root(:{_PATH})?"
_ALLOWED = (
    ("GET", rf"/v1\.0/sites/[A-Za-z0-9.-]+(:{_PATH})?"), ("GET", rf"/v1\.0/sites/{_ID}/drives(\?[^#\s]*)?"),
    ("GET", rf"/v1\.0/drives/{_DRIVE}"), ("GET", _ITEM), ("PUT", rf"/v1\.0/drives/{_DRIVE}/root:{_PATH}:/content"),
    ("POST", rf"/v1\.0/drives/{_DRIVE}/root(:{_PATH}:)?/children"), ("DELETE", rf"/v1\.0/drives/{_DRIVE}/items/{_ID}"),
)  # fmt: skip
_RIGHTS = ("Sites.Selected", "Lists.SelectedOperations.Selected", "Files.ReadWrite.All")


class Settings(App):
    """Which app, and which library: by the id of its drive, or by its site and its name there."""

    drive: str = Field("", pattern=rf"^({_DRIVE})?$", description="id of the library's drive")
    site: str = Field(
        "",
        pattern=r"^([A-Za-z0-9.-]+(/[A-Za-z0-9._-]+)*)?$",
        description="example.sharepoint.com/sites/intranet",
    )
    library: str = Field("", description="name of the library, as the site shows it: Documents")
    folder: str = Field(
        "", pattern=r'^([^"*:<>?/\\|#%\s][^"*:<>?\\|#%\x00-\x1f]*)?$', description="a folder that is there"
    )
    download_hosts: tuple[str, ...] = Field(
        (), description="where files may be downloaded from, instead of SharePoint's own hosts"
    )
    keeps_bytes: bool = Field(default=True, description="false where files are changed as they are stored")
    lag: float = Field(0, ge=0, le=3600, description="seconds for which the old file may still be read")

    @property
    def reached(self) -> tuple[str, ...]:
        """Graph, the sign-in, and the hosts that files are downloaded from."""
        return (*super().reached, *(self.download_hosts or (f"*.{self.there.files}",)))

    @model_validator(mode="after")
    def _one_library(self) -> Self:
        if bool(self.drive) == bool(self.site and self.library):
            message = "drive, or site and library: one of the two says where files go"
            raise ValueError(message)
        return self

    @field_validator("site", "folder")
    @classmethod
    def _plain(cls, path: str) -> str:
        if path and any(part in {"", ".", ".."} for part in path.split("/")):
            message = f"{path!r}: names with one / between them"
            raise ValueError(message)
        return path


def open_place(settings: Settings, name: str) -> Place:
    """Return the library as a place; ConfigError when the credential or the authority cannot be used."""
    library = _Library(settings)
    return Place(
        name,
        look=library.look,
        put=library.put,
        remove=library.remove,
        takes=replace(TAKES, keeps_bytes=settings.keeps_bytes, lag=settings.lag),
        same=exactly if settings.keeps_bytes else alike,
    )


def probe(settings: Settings) -> list[str]:
    """Return what stands in the way of publishing, in sentences; nothing is changed.

    Whether a selected site was opened for writing shows only when something is written.
    """
    told: list[str] = []
    try:
        library = _Library(settings)
        told += ends_soon(library.graph.sign_in.credential)
        if not library.graph.sign_in.roles() & set(_RIGHTS):
            told.append(f"API permissions: the app has none of {', '.join(_RIGHTS)} (Application)")
        told += library.graph.missing({})
        library.must_be_there()
        told += library.is_full()
    except CatchlightError as error:
        told.append(str(error))
    return told


class _Library:
    """One folder of a library; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.graph = Graph(settings, _ALLOWED)
        self._settings, self._drive = settings, settings.drive
        self._downloads = Downloads(settings, settings.download_hosts or (settings.there.files,))
        self._there = set[str]()
        self._tags: dict[str, str] = {}

    def look(self, target: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        item = self._item(target)
        if item is None:
            return None
        url = item.get("@microsoft.graph.downloadUrl")
        if not isinstance(url, str):
            raise OutsideError(
                f"{target}: SharePoint does not say where it can be downloaded; is that blocked?"
            )
        data = self._downloads.fetch(url, item.get("size"))
        self._tags[target] = str(item.get("eTag") or "")
        return data

    def put(self, target: str, data: bytes) -> None:
        """Put a file in the place of another, unless that changed since we looked at it."""
        parts = names_of(target, self._settings.folder)
        self._make_folders(parts[:-1])
        kind = mimetypes.guess_type(target)[0] or "application/octet-stream"
        tag = self._tags.pop(target, "")
        headers = {"Content-Type": kind} | ({"If-Match": tag} if tag else {})
        reply = self.graph.call(
            "PUT", f"{self._path(*parts)}:/content", content=data, headers=headers,
            params={"@microsoft.graph.conflictBehavior": "replace"},
        )  # fmt: skip
        if reply.status not in {200, 201}:
            self._there.clear()
            raise why_not(target, "written", reply)
        self._tags[target] = str(reply.json().get("eTag") or "")

    def remove(self, target: str) -> None:
        """Remove one file, unless it changed since we looked at it; nothing when it is not there."""
        item = self._item(target)
        tag = self._tags.pop(target, "")
        if item is None:
            return
        path = f"/v1.0/drives/{self._found()}/items/{item.get('id')}"
        reply = self.graph.call("DELETE", path, headers={"If-Match": tag} if tag else {})
        if reply.status not in {200, 204, 404}:
            raise why_not(target, "removed", reply)

    def must_be_there(self) -> None:
        """Make sure that the folder is there: it is IT's to make, and its name may be wrong."""
        if "" in self._there:
            return
        reply = self.graph.call("GET", self._path(), has("folder", "root"))
        if reply.status == 404:
            raise OutsideError(
                f"folder: there is no {self._settings.folder or 'such drive'} in the library; make it"
            )
        if reply.status != 200:
            raise why_not(f"folder {self._settings.folder}", "looked at", reply)
        self._there.add("")

    def is_full(self) -> list[str]:
        """Say so when the site has no room left."""
        reply = self.graph.call("GET", f"/v1.0/drives/{self._found()}", has("id"))
        quota = reply.json().get("quota") if reply.status == 200 else None
        state = quota.get("state") if isinstance(quota, dict) else ""
        return [f"the site is nearly full or full ({state})"] * (state in {"critical", "exceeded"})

    def _item(self, target: str) -> dict[str, object] | None:
        path = self._path(*names_of(target, self._settings.folder))
        reply = self.graph.call("GET", path, has("file", "folder"))
        if reply.status == 404:
            self.must_be_there()
            return None
        if reply.status != 200:
            raise why_not(target, "read", reply)
        item = reply.json()
        if "folder" in item:
            raise PhotoError("place.name", f"{target}: there is a folder of this name, and it is not touched")
        if not re.fullmatch(_ID, str(item.get("id"))):
            raise OutsideError(f"{reply.url}: answers without an id")
        return item

    def _make_folders(self, parts: tuple[str, ...]) -> None:
        self.must_be_there()
        for depth, name in enumerate(parts):
            above, path = parts[:depth], "/".join(parts[: depth + 1])
            if path in self._there:
                continue
            where = self._path(*above)
            children = f"{where}:/children" if ":" in where else f"{where}/children"
            body = {"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}
            reply = self.graph.call("POST", children, json=body)
            if reply.status not in {200, 201, 409}:  # 409: it is there
                raise why_not(f"folder {path}", "made", reply)
            self._there.add(path)

    def _path(self, *parts: str) -> str:
        names = [*[quote(one) for one in self._settings.folder.split("/") if one], *parts]
        root = f"/v1.0/drives/{self._found()}/root"
        return f"{root}:/{'/'.join(names)}" if names else root

    def _found(self) -> str:
        """Return the id of the drive; the first time, it is looked up by site and name."""
        if not self._drive:
            host, _, rest = self._settings.site.partition("/")
            reply = self.graph.call("GET", f"/v1.0/sites/{host}{f':/{rest}' if rest else ''}", has("id"))
            if reply.status != 200:
                raise ConfigError(f"site: {self._settings.site} cannot be opened by this app ({said(reply)})")
            site = str(reply.json().get("id"))
            if not re.fullmatch(_ID, site):
                raise OutsideError(f"{reply.url}: answers with something else than a site")
            self._drive = self._named(site)
        return self._drive

    def _named(self, site: str) -> str:
        drives = list(self.graph.pages(f"/v1.0/sites/{site}/drives", {"$select": "id,name"}, _RIGHTS[0]))
        names = {str(one.get("name")).casefold(): str(one.get("id")) for one in drives}
        found = names.get(self._settings.library.casefold(), "")
        if not re.fullmatch(_DRIVE, found):
            known = ", ".join(str(one.get("name")) for one in drives) or "none"
            raise ConfigError(f"library: the site has no {self._settings.library}; there are: {known}")
        return found

"""A WebDAV server (RFC 4918) as a place to publish to: nginx, Apache, and whatever else keeps files over HTTP.

Files are kept byte for byte. A file is sent under a name of its own and then moved, so that readers see the
old one or the new one. Writers are not kept apart by the server: nginx ignores If-Match, and so what is there
is looked at before it is replaced. Links on the server are the server's matter (disable_symlinks in nginx).
"""

import base64
import mimetypes
import re
import secrets
from pathlib import Path
from typing import Annotated

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.place import Place, Takes
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._safe_target import parts_of

__all__ = ["TAKES", "Settings", "open_place", "probe"]

TAKES = Takes(most_bytes=32 << 20, at_once=4, calls=4)
"""No limit but the server's own: client_max_body_size in nginx (1 MB unless it is set), LimitRequestBody in Apache."""

_NAME = r"(/[A-Za-z0-9_][A-Za-z0-9._@-]*)+"
_ALLOWED = (
    ("GET", _NAME), ("PUT", rf"{_NAME}\.partial"), ("MOVE", rf"{_NAME}\.partial"), ("DELETE", _NAME),
    ("MKCOL", rf"{_NAME}/"), ("PROPFIND", "/"),
)  # fmt: skip
_REFUSED = {
    403: ("place.forbidden", "this account has no right to; it needs to read, write and delete there"),
    413: (
        "place.too_large",
        "is larger than it takes (client_max_body_size in nginx, LimitRequestBody in Apache)",
    ),
    414: ("place.name", "has a name that is too long for it"),
}
_UNWELL = {
    404: "the folder is gone",
    409: "the folder for it is missing",
    412: "something else came in between",
    423: "somebody has locked it",
    507: "it has no room left",
}
_LISTED = re.compile(rb"<(?:[\w.-]+:)?response[\s>]")
_OFF = "WebDAV must be switched on there (dav_methods in nginx, Dav On in Apache)"


class Settings(BaseModel):
    """The address of a folder on a WebDAV server, and who we are there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(address)] = Field(description="https://intranet.example.com/portraits")
    username: str = Field(
        "", pattern="^[^:\\x00-\\x1f]*$", description="for HTTP Basic; empty where none is needed"
    )
    password_file: Path | None = None
    ca_file: Path | None = Field(None, description="the company's own certificate authority")
    proxy: str = ""
    timeout: float = Field(30, gt=0, le=600, description="seconds to wait for an answer")


def open_place(settings: Settings, name: str) -> Place:
    """Return the folder of a server as a place; ConfigError when a password or an authority cannot be read."""
    share = _Share(settings)
    return Place(name, share.look, share.put, share.remove, share.tidy, TAKES, bare=share.is_bare)


def probe(settings: Settings) -> list[str]:
    """Return what stands against publishing there, in sentences; nothing is changed.

    What may be moved and deleted is asked with a name that is not there. Whether there is room shows only
    when something is written.
    """
    try:
        share = _Share(settings)
        share.must_be_there()
        return share.rights()
    except CatchlightError as error:
        return [str(error)]


class _Share:
    """One folder of a server; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._there = settings.url, set[str]()
        line = Line(
            settings.url, _ALLOWED, _who(settings), settings.ca_file, settings.proxy, settings.timeout
        )
        self._calls = AllowedCalls(line)

    def look(self, target: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        reply = self._calls.call("GET", _path(target), headers={"Cache-Control": "no-cache"})
        if reply.status == httpx.codes.NOT_FOUND:
            self.must_be_there()
            return None
        if reply.status != httpx.codes.OK:
            raise _why(reply, "read")
        kind = reply.headers.get("content-type", "")
        if kind.startswith("text/html") and not target.endswith(".html"):
            raise OutsideError(f"{reply.url}: a page came instead of the file; is a sign-in page in between?")
        return reply.body

    def put(self, target: str, data: bytes) -> None:
        """Send a file under a name of its own, then move it where it belongs."""
        path = _path(target)
        try:
            self._store(path, target, data)
            destination = str(httpx.URL(self._url + path))
            reply = self._calls.call(
                "MOVE", f"{path}.partial", headers={"Destination": destination, "Overwrite": "T"}
            )
            if reply.status not in {httpx.codes.CREATED, httpx.codes.NO_CONTENT}:
                raise _why(reply, "put in its place")
        except OutsideError:
            self._there.clear()
            # When no answer came back, the server may have done it all the same.
            if self.look(target) != data:
                raise

    def remove(self, target: str) -> None:
        """Remove one file; nothing when it is not there."""
        self._delete(_path(target))

    def tidy(self, target: str) -> None:
        """Clear what a stopped write left beside a target."""
        self._delete(f"{_path(target)}.partial")

    def must_be_there(self) -> None:
        """Make sure that the folder itself is there: its disk may not be mounted, or the address wrong."""
        if "" in self._there:
            return
        reply = self._calls.call("PROPFIND", "/", headers={"Depth": "0"})
        if reply.status == httpx.codes.NOT_FOUND:
            raise OutsideError(f"{self._url}: there is no such folder; make it first (is the disk mounted?)")
        # A server that knows no PROPFIND is asked no further: it keeps files all the same.
        if reply.status not in {
            httpx.codes.MULTI_STATUS,
            httpx.codes.METHOD_NOT_ALLOWED,
            httpx.codes.NOT_IMPLEMENTED,
        }:
            raise _why(reply, "looked at")
        self._there.add("")

    def is_bare(self) -> bool | None:
        """Whether nothing at all is in the folder, None where the server does not list it (nginx, without another module)."""
        reply = self._calls.call("PROPFIND", "/", headers={"Depth": "1"})
        if reply.status != httpx.codes.MULTI_STATUS:
            return None
        return len(_LISTED.findall(reply.body)) <= 1  # the folder itself

    def rights(self) -> list[str]:
        """Return which calls the server would not let us make."""
        nothing = f"/catchlight-{secrets.token_hex(8)}.partial"
        elsewhere = {"Destination": str(httpx.URL(f"{self._url}{nothing}.moved")), "Overwrite": "F"}
        asked = (self._calls.call("DELETE", nothing, headers={"Depth": "0"}), "delete"), (
            self._calls.call("MOVE", nothing, headers=elsewhere), "move",
        )  # fmt: skip
        return [
            f"{self._url}: this account may not {verb} files ({reply.status}); {_OFF}, for this account"
            for reply, verb in asked
            if reply.status in {401, 403, 405, 501}
        ]

    def _store(self, path: str, target: str, data: bytes) -> None:
        self._make_folders(target)
        kind = {"Content-Type": mimetypes.guess_type(target)[0] or "application/octet-stream"}
        reply = self._calls.call("PUT", f"{path}.partial", content=data, headers=kind)
        if reply.status not in {httpx.codes.OK, httpx.codes.CREATED, httpx.codes.NO_CONTENT}:
            raise _why(reply, "written")

    def _make_folders(self, target: str) -> None:
        """Make the folders that lead to a file. Not only when it is refused: nginx then answers 500."""
        self.must_be_there()
        path = ""
        for name in parts_of(target)[:-1]:
            path = f"{path}/{name}"
            if path not in self._there:
                reply = self._calls.call("MKCOL", f"{path}/")
                if reply.status not in {
                    httpx.codes.CREATED,
                    httpx.codes.METHOD_NOT_ALLOWED,
                }:  # 405: it is there
                    raise _why(reply, "made")
                self._there.add(path)

    def _delete(self, path: str) -> None:
        # Depth 0: should a folder ever be under this name, it is not what we remove.
        reply = self._calls.call("DELETE", path, headers={"Depth": "0"})
        if reply.status == httpx.codes.NOT_FOUND:
            self.must_be_there()
        elif not 200 <= reply.status < 300:
            raise _why(reply, "removed")


def _who(settings: Settings) -> dict[str, str]:
    if not settings.username:
        return {}
    if settings.password_file is None:
        message = "password_file: it is needed beside username; a file that only you can read"
        raise ConfigError(message)
    pair = f"{settings.username}:{read_secret(settings.password_file)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def _path(target: str) -> str:
    return "/" + "/".join(parts_of(target))


def _why(reply: Reply, verb: str) -> ConfigError | OutsideError | PhotoError:
    """Say in words why something could not be done."""
    said = f"{reply.url} could not be {verb} ({reply.status})"
    if reply.status == httpx.codes.UNAUTHORIZED:
        return ConfigError(f"username, password_file: {reply.url}: the server does not accept them (401)")
    if reply.status in {httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED}:
        return ConfigError(f"url: {said}: {_OFF}")
    if reply.status in _REFUSED:
        reason, words = _REFUSED[reply.status]
        return PhotoError(reason, f"{said}: {words}")
    return OutsideError(f"{said}: {_UNWELL.get(reply.status, 'the server does not say why')}")

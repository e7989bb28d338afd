"""Releases: each publication is a folder of its own, and a link is switched to it all at once.

    releases/000041-20261124T091500Z/     what was shown before
    releases/000042-20261125T091500Z/     what is shown
    releases/000042-20261125T091500Z.sha256    its manifest, for sha256sum -c
    current -> releases/000042-…          what the web server shows
    next -> releases/000043-…             only while a publication is under way

A release begins as hard links to the one before. ``next`` itself is renamed to ``current``: there is no
moment at which half of a publication can be seen, and after a crash ``next`` says what to go on with.
A file is never changed in place, so that releases may share it.
"""

import errno
import hashlib
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from connectors import _sftp_shelf as shelf
from connectors._safe_target import is_leftover, parts_of
from connectors._sftp_files import Files
from connectors._sftp_server import Server
from connectors._sftp_settings import Settings
from connectors._sftp_tree import Entry, cloned, listed, taken_away
from connectors._sftp_wire import POSIX_RENAME, RefusedError, Wire

T = TypeVar("T")


class Releases:
    """The releases of one folder on a server."""

    def __init__(self, server: Server[Settings]) -> None:
        self._server, self._root = server, server.settings.root
        self._begun = threading.Lock()
        self._sent: dict[str, tuple[str, int]] = {}  # what this publication has put, or taken away ("", 0)

    def look(self, target: str) -> bytes | None:
        """Return what is, or will be, shown."""
        parts_of(target)
        return self._call(lambda wire: self._read(wire, target))

    def put(self, target: str, data: bytes) -> None:
        """Write a file of the next release."""
        parts_of(target)
        self._call(lambda wire: self._files(wire, self._next(wire)).write(target, data))
        self._sent[target] = (hashlib.sha256(data).hexdigest(), len(data))

    def remove(self, target: str) -> None:
        """Remove a file from the next release; it stays in those before."""
        if self.look(target) is None:
            return
        self._call(lambda wire: self._files(wire, self._next(wire)).remove(target))
        self._sent[target] = ("", 0)

    def tidy(self, target: str) -> None:
        """Clear what a stopped write left in the next release."""
        parts_of(target)
        self._call(lambda wire: self._tidy(wire, target))

    def finish(self) -> None:
        """Show the next release, if one is under way: see that it is whole, switch, let the oldest go."""
        self._call(self._switch)
        self._sent.clear()
        # What is shown is right; what cannot be taken away now goes the next time, and the probe tells of it.
        with suppress(CatchlightError):
            self._call(self._thin_out)

    def switch_back(self, name: str = "") -> str:
        """Show an earlier release again, the one before or a named one, and return its name.

        It is for a bad moment. The journal learns of it by a rollback, which then finds nothing to write.
        """
        whole, shown = self.whole(), self.shown()
        earlier = [one for one in whole if one < shown]
        if name not in whole and (name or not earlier):
            message = (
                f"release {name or 'before this one'}: there is none; there are: {', '.join(whole) or 'none'}"
            )
            raise ConfigError(message)
        chosen = name or earlier[-1]
        self._call(lambda wire: shelf.point(wire, self._root, chosen))
        return chosen

    def whole(self) -> list[str]:
        """Return the names of the releases that are whole, the oldest first."""
        return self._call(lambda wire: shelf.releases(wire, self._root)[0])

    def shown(self) -> str:
        """Return the name of the release that is shown, "" for none."""
        return self._call(lambda wire: shelf.links(wire, self._root)[1])

    def under_way(self) -> str:
        """Return the name of the release that waits to be shown, "" for none."""
        return self._call(lambda wire: shelf.links(wire, self._root)[0])

    def _call(self, work: Callable[[Wire], T]) -> T:
        return self._server.call(lambda wire: self._told(wire, work))

    def _told(self, wire: Wire, work: Callable[[Wire], T]) -> T:
        """Do some work; what the server refuses is told in words."""
        try:
            return work(wire)
        except RefusedError as error:
            if error.errno == errno.EACCES:
                user = self._server.settings.username
                message = f"root: {user} has no right to make releases in {self._root}"
                raise ConfigError(message) from error
            raise self._at_root(wire).why("releases", "changed", error) from error

    def _read(self, wire: Wire, target: str) -> bytes | None:
        coming, shown = shelf.links(wire, self._root)
        if coming or shown:
            return self._files(wire, coming or shown).read(target)
        self._at_root(wire).there(target)
        return None

    def _tidy(self, wire: Wire, target: str) -> None:
        coming, _ = shelf.links(wire, self._root)
        if coming:
            self._files(wire, coming).tidy(target)

    def _next(self, wire: Wire) -> str:
        """Return the name of the next release; begin it with what is shown when it is not under way."""
        with self._begun:
            coming, shown = shelf.links(wire, self._root)
            return coming or self._begin(wire, shown)

    def _begin(self, wire: Wire, shown: str) -> str:
        if POSIX_RENAME not in wire.extensions:
            message = f"layout: {self._server.settings.host} offers no {POSIX_RENAME}, which releases need; use plain"
            raise ConfigError(message)
        root = self._at_root(wire)
        root.there("releases")
        root.make_folders(["releases"])
        self._sweep(wire)
        whole, started = shelf.releases(wire, self._root)
        number = max((int(name[:6]) for name in (*whole, *started)), default=0) + 1
        name = f"{number:06}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        root.make_folders(["releases", name])
        if shown:
            cloned(root, self._folder(shown), self._folder(name))
        wire.symlink(f"releases/{name}", f"{self._root}/next")
        return name

    def _switch(self, wire: Wire) -> None:
        coming, shown = shelf.links(wire, self._root)
        if not coming:
            return
        files = self._files(wire, coming)
        entries = self._entries(files)
        self._check(coming, entries)
        sums = self._sums(files, entries, shown)
        shelf.write_manifest(self._at_root(wire), coming, sums)
        wire.posix_rename(f"{self._root}/next", f"{self._root}/current")

    def _entries(self, files: Files) -> dict[str, Entry]:
        """Return the files of a release, without what stopped writes left there."""
        entries = listed(files.wire, files.base)
        for path in filter(is_leftover, entries):
            files.unlink(files.path(path))
        return {path: entry for path, entry in entries.items() if not is_leftover(path)}

    def _check(self, coming: str, entries: Mapping[str, Entry]) -> None:
        """Make sure that all that was put is there, and what was taken away is not."""
        for path, (sha256, size) in self._sent.items():
            found = entries.get(path)
            if (found.size if found else 0, bool(found)) != (size, bool(sha256)):
                message = (
                    f"{self._folder(coming)}/{path} is not as it was sent, so nothing was switched; try again"
                )
                raise OutsideError(message)

    def _sums(self, files: Files, entries: Mapping[str, Entry], shown: str) -> dict[str, str]:
        """Return the digest of every file; only what nobody can vouch for is read again."""
        known = {}
        if shown:
            before = listed(files.wire, self._folder(shown))
            manifest = shelf.manifest(self._at_root(files.wire), shown)
            known = {path: sha for path, sha in manifest.items() if before.get(path) == entries.get(path)}
        known |= {path: sha256 for path, (sha256, _) in self._sent.items()}
        return {path: known.get(path) or _digest(files.read(path)) for path in entries}

    def _thin_out(self, wire: Wire) -> None:
        """Take the oldest releases away, but never what is shown."""
        whole, _ = shelf.releases(wire, self._root)
        shown = shelf.links(wire, self._root)[1]
        for name in whole[: -self._server.settings.keep]:
            if name != shown:
                wire.remove(f"{self._folder(name)}.sha256")  # from now on it is no whole release
        self._sweep(wire)

    def _sweep(self, wire: Wire) -> None:
        """Take away what began as a release and did not become one, or is none any more."""
        for name in shelf.releases(wire, self._root)[1]:
            if name not in shelf.links(wire, self._root):
                taken_away(wire, self._folder(name))

    def _at_root(self, wire: Wire) -> Files:
        return Files(wire, self._root, self._server.settings)

    def _files(self, wire: Wire, name: str) -> Files:
        return Files(wire, self._folder(name), self._server.settings)

    def _folder(self, name: str) -> str:
        return f"{self._root}/releases/{name}"


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data or b"").hexdigest()

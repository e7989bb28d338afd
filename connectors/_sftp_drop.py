"""A drop on an SFTP server: somebody puts ``directory.csv`` and photos there, and says when all of it is there.

The list is read, and photos are matched with it, as in a folder on this machine.
"""

import errno
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Annotated, Self, TypeVar

import stamina
from pydantic import AfterValidator, Field, model_validator

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.formats import identify
from catchlight.source import Entry, Fetched, Page, Source, StaleMarkError
from connectors._folder_list import from_table
from connectors._folder_match import PHOTO_NAMES, PhotoName
from connectors._folder_people import BOOK, LIST, People
from connectors._folder_source import NO_PHOTOS, ONLY_PEOPLE, Files, entries
from connectors._sftp_listing import Listing, listed, move, one_list, read, shelf_of, table_of
from connectors._sftp_server import Server
from connectors._sftp_settings import Folder, Login
from connectors._sftp_wire import RefusedError, Wire

_TAKEN = "taken"
_T = TypeVar("_T")


def _name(name: str) -> str:
    if name and ("/" in name or name in {".", ".."} or not name.isprintable()):
        message = f"{name!r}: the name of one file in the folder, such as .done"
        raise ValueError(message)
    return name


class SourceSettings(Login):
    """An SFTP server and the folder on it that a list and photos are put into.

    ``ready`` names the file that is written last. Without it, the folder is read once nothing in it changed for
    ``quiet_seconds``.
    """

    folder: Folder = Field(description="the folder on the server, as a full path")
    ready: Annotated[str, AfterValidator(_name)] = Field(
        "", description="the file that says that all is there, such as .done"
    )
    quiet_seconds: float = Field(60, ge=1, le=3600, description="without ready: how long nothing may change")
    photo_names: tuple[PhotoName, ...] = PHOTO_NAMES
    photos: bool = Field(default=True, description=ONLY_PEOPLE)
    archive: Folder | None = Field(
        None, description="where a drop is moved once everything was taken; left out: it stays where it is"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.archive and f"{self.archive}/".startswith(f"{self.folder}/"):
            message = f"archive: {self.archive} is inside the folder itself; name another one"
            raise ValueError(message)
        return self


class _FailedError(OutsideError):
    """The server said that it failed."""


class _Drop:
    """The pages and photos of a drop."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings, self._server = settings, Server(settings)
        self._files = Files(self._entries, self._fetch)
        self._listing, self._missed = Listing(), False
        self.findings: list[tuple[str, str]] = []
        self.close = self._server.close

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody; nothing new when the last drop was archived and there is no other yet."""
        self._listing, self._missed = self._call("listed", self._listed), False
        if mark and table_of(self._listing) is None and not self._is_ready():
            yield Page([], then=mark)
            return
        if mark:
            raise StaleMarkError
        self._wait()
        for page in self._files.pages(""):
            yield replace(page, then=_TAKEN if self._settings.archive else "")

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return the photos of some people."""
        try:
            yield from self._files.photos(wanted)
        except OutsideError:
            self._missed = True
            raise

    def archive(self, had: Container[str]) -> None:
        """Move what was taken, if all that was wanted was: first what makes a drop of it, so that half of one is none.

        Photos of people whom nobody wanted (not among those ``had``) stay for the next list.
        """
        settings, table = self._settings, table_of(self._listing)
        if not settings.archive or not table or self._missed:
            return
        now = self._call("listed", self._listed)
        first = [name for name in (settings.ready, table) if name]
        if any(_of(now, name) != _of(self._listing, name) for name in first):
            return  # the next drop has begun
        left = {file for key, file in self._files.files().items() if key not in had}
        same = [file for file, item in self._listing.files.items() if now.files.get(file) == item]
        files = [*first, *(file for file in same if file not in first and file not in left)]
        target = f"{settings.archive}/{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        try:
            self._server.call(lambda wire: move(wire, settings.folder, target, files))
        except RefusedError as error:
            message = (
                f"archive: the drop was taken, and could not be moved to {settings.archive}: {error.strerror}. Is that "
                f"on the same disk, and may {settings.username} write there and in {settings.folder}?"
            )
            raise ConfigError(message) from error

    def look(self) -> list[str]:
        """Return what is in the way of reading the drop as it lies there now."""
        self._listing = self._call("listed", self._listed)
        if self._settings.ready and not self._is_ready():
            return [self._waits()]
        self._entries()
        return [sentence for _, sentence in self.findings]

    def _listed(self, wire: Wire) -> Listing:
        return listed(wire, self._settings.folder)

    def _is_ready(self) -> bool:
        return bool(self._settings.ready) and _of(self._listing, self._settings.ready) is not None

    def _waits(self) -> str:
        return f"{self._settings.folder}: waits for {self._settings.ready}, which is written last, when all else is there"

    def _wait(self) -> None:
        """Make sure that the drop is whole; OutsideError when it is not, yet."""
        settings = self._settings
        if settings.ready:
            if not self._is_ready():
                raise OutsideError(self._waits())
            return
        before = self._listing.files
        sleep(settings.quiet_seconds)
        self._listing = self._call("listed", self._listed)
        changed = [file for file, _ in before.items() ^ self._listing.files.items()]
        if changed:
            raise OutsideError(
                f"{settings.folder}: {changed[0]} changed within {settings.quiet_seconds:g} seconds; waits until the upload is over"
            )

    def _entries(self) -> list[Entry]:
        folder, table = self._settings.folder, table_of(self._listing)
        if table is None:
            raise OutsideError(f"{folder}: waits for {LIST} or {BOOK}, the list of people")
        one_list(self._listing)
        try:
            data = self._read(table)
        except PhotoError as error:
            raise ConfigError(f"folder: {error}") from error
        path, names, photos = Path(f"{folder}/{table}"), self._settings.photo_names, self._settings.photos
        people = from_table(path, shelf_of(self._listing), names, data, photos=photos)
        self.findings = _told(people, self._listing)
        if photos and not people.photos:
            found = " ".join(sentence for _, sentence in self.findings[:3])
            raise ConfigError(f"folder: {folder}: nobody has a photo. {found} {NO_PHOTOS}")
        return entries(people.employees, people.photos, self._version)

    def _version(self, file: str) -> str:
        item = self._listing.files[file]
        return f"{item.written} {item.size}"

    def _fetch(self, file: str) -> bytes:
        """Return a photo; a cell that names the list itself names none."""
        data = self._read(file)
        identify(data)
        return data

    def _read(self, file: str) -> bytes:
        item = self._listing.files.get(file)
        if item is None:
            raise PhotoError(
                "photo.missing", "its drop was archived, or is gone; put the list and this photo there again"
            )
        data = self._call("read", lambda wire: read(wire, self._settings.folder, file, item), file)
        if not data:
            raise PhotoError("photo.empty", f"{file} is empty; send it again")
        return data

    def _call(self, verb: str, work: Callable[[Wire], _T], file: str = "") -> _T:
        """Do some work on the server; what it only failed at is tried again."""
        for attempt in stamina.retry_context(on=_FailedError, attempts=3, timeout=30):
            with attempt:
                try:
                    return self._server.call(work)
                except RefusedError as error:
                    raise self._why(verb, file, error) from error
        raise AssertionError  # the loop ends with an answer or an error

    def _why(self, verb: str, file: str, error: RefusedError) -> CatchlightError:
        path, user = f"{self._settings.folder}/{file}".rstrip("/"), self._settings.username
        if error.errno == errno.EACCES:
            message = f"{path} may not be {verb} by {user}; give this account the right to"
            return PhotoError("photo.unreadable", message) if file else ConfigError(f"folder: {message}")
        if error.errno == errno.ENOENT:
            return (
                OutsideError(f"{path} is not there any more")
                if file
                else ConfigError(f"folder: there is no {path}")
            )
        return _FailedError(f"{path} could not be {verb}: {error.strerror}")


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the drop as a source; the server is connected to when it is first asked for something."""
    drop = _Drop(settings)
    return Source(
        name, drop.pages, drop.photos, findings=lambda: drop.findings, done=drop.archive, close=drop.close
    )


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands against reading the drop, and what is odd in it, in sentences; nothing is changed."""
    with closing(_Drop(settings)) as drop:
        try:
            return drop.look()
        except CatchlightError as error:
            return [str(error)]


def _of(listing: Listing, file: str) -> object:
    return listing.files.get(file) or listing.hidden.get(file)


def _told(people: People, listing: Listing) -> list[tuple[str, str]]:
    odd = (
        f"{name} is left out: its name, or what it is, is not that of a plain file." for name in listing.odd
    )
    return [*people.findings, *(("odd_file", sentence) for sentence in odd)]

"""A folder: a source of people and photos (``directory.csv`` and ``photos/``), and a place to publish to."""

import errno
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.formats import identify
from catchlight.place import Place
from catchlight.records import Photo
from catchlight.source import Directory, Entry, Finding, Source
from connectors import _folder_disk as disk
from connectors import _folder_list as listing
from connectors._folder_gone import gone
from connectors._folder_match import PHOTO_NAMES, PICTURES, PhotoName, Shelf
from connectors._folder_people import People
from connectors._folder_quiet import quiet_bytes
from connectors._folder_root import Root
from connectors._folder_shelf import contents, the_list
from connectors._folder_source import NO_PHOTOS, ONLY_PEOPLE, Files, entries
from connectors._published_rights import FileMode

_ODD = ("photo.missing", "is not a plain file inside the folder; put the picture itself there")
_FORBIDDEN = ("photo.unreadable", "may not be read; give this account the right to read it")
_HUGE = ("photo.too_large", f"is larger than {disk.LARGEST >> 20} MiB; send a smaller file")
_REFUSED = {
    errno.ELOOP: _ODD, errno.EISDIR: _ODD, errno.ENXIO: _ODD, errno.EACCES: _FORBIDDEN, errno.EPERM: _FORBIDDEN,
    errno.EFBIG: _HUGE,
}  # fmt: skip
_GONE = {errno.ENOENT, errno.ENOTDIR}
_IN_THE_WAY = {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.EFBIG}
P = ParamSpec("P")
T = TypeVar("T")


class Folder(BaseModel):
    """Where a folder is, and how photos are named where no list says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root: Path
    photo_names: tuple[PhotoName, ...] = PHOTO_NAMES

    @field_validator("root", mode="before")
    @classmethod
    def _named(cls, root: object) -> object:
        if root == "":
            message = "is empty, which would be the folder that a command happens to run in; write the folder's path"
            raise ValueError(message)
        return root


class Settings(Folder):
    """Where the folder is that is published to, and who may read what is put there."""

    root: Path = Field(description="the folder that is published to")
    file_mode: FileMode | None = Field(
        None, description="who may read the files, such as 0644 or 0640; else whoever may enter the folder"
    )

    @property
    def mode(self) -> int | None:
        """Who may read a file, None where the folder itself says so."""
        return int(self.file_mode, 8) if self.file_mode else None


class SourceSettings(Folder):
    """Where the folder of people and photos is, and how its photos are named when the list does not say."""

    root: Path = Field(description="the folder with directory.csv (or .xlsx) and photos/")
    photos: bool = Field(default=True, description=ONLY_PEOPLE)


def read(settings: Folder, *, photos: bool = True) -> Directory:
    """Read who is in the folder and, unless ``photos`` is False, which photos are theirs.

    Rows with a doubled or missing id, or shifted cells, are left out and reported; a photo that two
    people could own goes to nobody. Raises ConfigError when the folder or its list cannot be read, or was cut,
    or when nobody has a photo, and OutsideError while the list is being written.
    """
    root = settings.root
    if not root.is_dir():
        message = f"source {root}: no such folder; give one with directory.csv and photos/"
        raise ConfigError(message)
    found = contents(root)
    people = _people(settings, found.shelf, photos=photos)
    findings = [Finding(*finding) for finding in (*people.findings, *found.findings())]
    if photos and not people.photos:
        raise _nobodys(root, findings)
    return Directory(people.employees, people.photos, findings)


def _people(settings: Folder, shelf: Shelf, *, photos: bool) -> People:
    table = the_list(settings.root, shelf)
    if table:
        return listing.from_table(table, shelf, settings.photo_names, quiet_bytes(table), photos=photos)
    if not photos:
        message = f"source {settings.root}: there is no directory.csv or directory.xlsx, and photos = false says that only the list is read"
        raise ConfigError(message)
    return listing.from_files(shelf)


def fetch(settings: Folder, photo: Photo) -> bytes:
    """Return the bytes of one photo that was listed.

    Raises PhotoError (``photo.away``, ``photo.missing``, ``photo.unreadable``, ``photo.too_large``,
    ``photo.not_a_picture``) or OutsideError when the disk is unwell, or went.
    """
    try:
        data = disk.read(settings.root, photo.file)
    except (OSError, ValueError) as error:
        raise _why_not(settings.root, photo.file, error) from error
    if not photo.file.casefold().endswith(PICTURES):
        _look_at(photo.file, data)
    return data


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the folder as one source of a job."""
    odd: list[tuple[str, str]] = []

    def everybody() -> list[Entry]:
        found = read(settings, photos=settings.photos)
        odd[:] = [(finding.kind, finding.sentence) for finding in found.findings]
        return entries(found.employees, found.photos, partial(_version, settings.root))

    files = Files(everybody, lambda file: fetch(settings, Photo("", file)))
    return Source(name, files.pages, files.photos, findings=lambda: odd)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands against reading the folder, in sentences; what is odd in it is told by a run."""
    try:
        read(settings, photos=settings.photos)
    except (ConfigError, OutsideError) as error:
        return [str(error)]
    return []


def _version(root: Path, file: str) -> str:
    """Return what changes when a file does: the moment and the size of its last write, "" for none."""
    try:
        told = (root / file).lstat()
    except OSError:
        return ""
    return f"{told.st_mtime_ns} {told.st_size}"


def open_place(settings: Settings, name: str) -> Place:
    """Return the folder as a place, for as long as its disk stays: when that is unmounted meanwhile, all verbs fail."""
    root = Root.of(settings.root)

    def there(verb: Callable[Concatenate[Settings, P], T]) -> Callable[P, T]:
        def work(*given: P.args, **named: P.kwargs) -> T:
            root.must_be_the_same()
            return verb(settings, *given, **named)

        return work

    return Place(name, there(look), there(put), there(remove), there(tidy), bare=root.is_bare)


def look(settings: Settings, target: str) -> bytes | None:
    """Return the bytes at the destination, None when nothing is there; OutsideError otherwise.

    PhotoError ``place.link`` or ``place.too_large`` for what is no plain file of a usual size: it stops nobody else.
    """
    try:
        return disk.read(settings.root, target)
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        if number == errno.ENOENT and settings.root.is_dir():
            return None
        if number in _IN_THE_WAY:
            raise _in_the_way(settings.root / target, number) from error
        raise _unwell(settings.root / target, "read", error) from error


def put(settings: Settings, target: str, data: bytes) -> None:
    """Write one file of the destination, whole or not at all; OutsideError when that fails."""
    try:
        disk.write(settings.root, target, data, settings.mode)
    except (OSError, ValueError) as error:
        raise _unwell(settings.root / target, "written", error) from error


def remove(settings: Settings, target: str) -> None:
    """Remove one file of the destination, if it is there; OutsideError when that fails."""
    try:
        disk.remove(settings.root, target)
    except (OSError, ValueError) as error:
        raise _unwell(settings.root / target, "removed", error) from error


def tidy(settings: Settings, target: str) -> None:
    """Clear what a write that was stopped left beside a target; OutsideError when that fails."""
    try:
        disk.remove(settings.root, disk.partial_of(target))
    except (OSError, ValueError) as error:
        raise _unwell(settings.root / target, "tidied", error) from error


def _nobodys(root: Path, findings: list[Finding]) -> ConfigError:
    """Return why a folder is refused that would give an empty run."""
    told = [finding.sentence for finding in findings[:3]]
    more = [f"(and {len(findings) - 3} more)"] if len(findings) > len(told) else []
    return ConfigError(" ".join((f"source {root}: nobody has a photo.", *told, *more, NO_PHOTOS)))


def _look_at(file: str, data: bytes) -> None:
    """Refuse a file that a photo cell names and that is no picture, such as the list itself."""
    try:
        identify(data)
    except PhotoError as error:
        raise PhotoError(error.reason, f"{file}: {error}") from error


def _why_not(root: Path, file: str, error: OSError | ValueError) -> PhotoError | OutsideError:
    number = getattr(error, "errno", errno.EISDIR)
    if number in _GONE:
        return gone(root, file)
    if number in _REFUSED:
        reason, sentence = _REFUSED[number]
        return PhotoError(reason, f"{file} {sentence}")
    return OutsideError(f"{file} could not be read: {error}")


def _in_the_way(path: Path, number: int) -> PhotoError:
    what = {
        errno.ELOOP: "it is a link, and links are not followed",
        errno.EFBIG: f"it is larger than {disk.LARGEST >> 20} MiB",
    }
    told = what.get(number, "it is no plain file")
    reason = "place.too_large" if number == errno.EFBIG else "place.link"
    return PhotoError(reason, f"{path} is in the way: {told}; move it away, then plan again")


def _unwell(path: Path, verb: str, error: OSError | ValueError) -> OutsideError:
    link = getattr(error, "errno", 0) == errno.ELOOP
    why = "it is a link, and links are not followed" if link else getattr(error, "strerror", error)
    return OutsideError(f"{path} could not be {verb}: {why}")

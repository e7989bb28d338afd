"""What lies in a folder on an SFTP server that others fill: plain files by path, no link followed, no name believed."""

import errno
import stat
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import paramiko  # type: ignore[import-untyped]
from paramiko import sftp

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._disks_own import is_disks_own
from connectors._folder_match import Shelf
from connectors._folder_people import lists_among
from connectors._sftp_wire import LARGEST, RefusedError, Wire

_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Item:
    """One file: how large it is, and when it was written."""

    size: int
    written: int


@dataclass(slots=True)
class Listing:
    """The files of a folder by path, hidden ones apart, and what is no plain file: links, devices, odd names.

    What disks keep for themselves is left out.
    """

    files: dict[str, Item] = field(default_factory=dict)
    hidden: dict[str, Item] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)


def listed(wire: Wire, folder: str) -> Listing:
    """Return what is in a folder and those inside it; RefusedError."""
    found, pending = Listing(), [""]
    while pending:
        prefix = pending.pop()
        for raw, told in wire.names(f"{folder}/{prefix}".rstrip("/")):
            name = _plain(raw)
            if name is None:
                found.odd.append(f"{prefix}{raw.decode('utf-8', 'replace')}"[:200])
            elif name not in {".", ".."}:
                pending += _sorted_in(found, f"{prefix}{name}", told)
    return found


def read(wire: Wire, folder: str, file: str, item: Item) -> bytes:
    """Return the bytes of a file that was listed; PhotoError, OutsideError when it is another one by now."""
    paths = [f"{folder}/{'/'.join(file.split('/')[: n + 1])}" for n in range(file.count("/") + 1)]
    answers = wire.try_all((sftp.CMD_LSTAT, path) for path in paths)
    *above, told = [_attributes(one) for one in answers]
    if not all(stat.S_ISDIR(one.st_mode or 0) for one in above) or not stat.S_ISREG(told.st_mode or 0):
        message = f"{file} is not a plain file inside the folder; put the picture itself there"
        raise PhotoError("photo.missing", message)
    if item.size > LARGEST:
        raise PhotoError("photo.too_large", f"{file} is larger than {LARGEST >> 20} MiB; send a smaller file")
    data = wire.read_file(paths[-1]) if item == _item(told) else b""
    if item != _item(told) or len(data) != item.size:
        raise OutsideError(
            f"{folder}/{file} was changed while the folder was read; it is read again next time"
        )
    return data


def move(wire: Wire, folder: str, target: str, files: list[str]) -> None:
    """Move files into another folder, in this order, those that are not there any more left out; RefusedError."""
    inner = {str(one) for file in files for one in PurePosixPath(file).parents} - {"."}
    for path in (str(PurePosixPath(target).parent), target, *(f"{target}/{one}" for one in sorted(inner))):
        _make(wire, path)
    for file in files:
        try:
            wire.rename(f"{folder}/{file}", f"{target}/{file}")
        except RefusedError as error:
            if error.errno != errno.ENOENT:
                raise


def _sorted_in(found: Listing, path: str, told: Any) -> list[str]:
    """Keep a file or link; return a folder to look into."""
    mode, name = told.st_mode or 0, path.rpartition("/")[2]
    if is_disks_own(name):
        return []
    if stat.S_ISREG(mode):
        (found.hidden if name.startswith(".") else found.files)[path] = _item(told)
    elif stat.S_ISLNK(mode):
        found.links.add(path)
    elif not stat.S_ISDIR(mode) or path.count("/") >= _DEEPEST:
        found.odd.append(path)
    elif not name.startswith("."):
        return [f"{path}/"]
    return []


def _plain(raw: bytes) -> str | None:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return name if name and "/" not in name and name.isprintable() else None


def _attributes(answer: Any) -> Any:
    if isinstance(answer, OSError | EOFError):
        raise answer
    return paramiko.SFTPAttributes._from_msg(answer)  # noqa: SLF001 (the only parser)


def _item(told: Any) -> Item:
    return Item(told.st_size or 0, told.st_mtime or 0)


def _make(wire: Wire, path: str) -> None:
    try:
        wire.mkdir(path)
    except RefusedError:
        if not stat.S_ISDIR(wire.lstat(path).st_mode or 0):
            raise


def shelf_of(listing: Listing) -> Shelf:
    """Return the files as a list of people is matched with them."""
    shelf = Shelf(links=set(listing.links))
    for file in sorted(listing.files):
        shelf.add(file, listing.files[file].size)
    return shelf


def table_of(listing: Listing) -> str | None:
    """Return the list of people, None when there is none yet."""
    return next(iter(lists_among(listing.files)), None)


def one_list(listing: Listing) -> None:
    """Refuse a drop with two lists: which is right cannot be told; ConfigError."""
    if len(lists := lists_among(listing.files)) > 1:
        message = (
            f"folder: {' and '.join(lists)} are both there; keep the one that is right, and rename the other"
        )
        raise ConfigError(message)

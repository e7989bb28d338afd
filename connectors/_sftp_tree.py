"""A whole tree of files on an SFTP server: listed, copied without sending it again, taken away."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from paramiko import sftp  # type: ignore[import-untyped]

from catchlight.errors import OutsideError
from connectors._sftp_files import Files
from connectors._sftp_wire import COPY, HARDLINK, Wire


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: how large it is, and when it was written."""

    size: int
    written: int


def listed(wire: Wire, base: str) -> dict[str, Entry]:
    """Return the files below a folder; OutsideError when there is anything but files and folders."""
    return dict(_walked(wire, base))


def cloned(files: Files, old: str, new: str) -> None:
    """Fill the empty folder ``new`` with the files of ``old``, without sending them again where the server can."""
    entries = listed(files.wire, old)
    target = Files(files.wire, new, files.settings)
    for folder in sorted({str(PurePosixPath(path).parent) for path in entries} - {"."}):
        target.make_folders(folder.split("/"))
    left = list(entries)
    if HARDLINK in files.wire.extensions:
        requests = ((sftp.CMD_EXTENDED, HARDLINK, f"{old}/{path}", f"{new}/{path}") for path in left)
        answers = files.wire.try_all(requests)
        # Some file systems know no hard links, and then every one is refused.
        left = [path for path, answer in zip(left, answers, strict=True) if isinstance(answer, OSError)]
    for path in left:
        _copy(files, f"{old}/{path}", f"{new}/{path}")
    _compare(new, entries, listed(files.wire, new))


def taken_away(wire: Wire, base: str) -> None:
    """Remove a folder with all that is in it; links are removed, not followed."""
    folders = [base]
    for folder in folders:
        items = wire.listdir_attr(folder)
        inner = {f"{folder}/{item.filename}": stat.S_ISDIR(item.st_mode or 0) for item in items}
        folders += [path for path, is_folder in inner.items() if is_folder]
        wire.ask_all((sftp.CMD_REMOVE, path) for path, is_folder in inner.items() if not is_folder)
    for folder in reversed(folders):
        wire.rmdir(folder)


def _walked(wire: Wire, base: str) -> Iterator[tuple[str, Entry]]:
    pending = [""]
    while pending:
        prefix = pending.pop()
        for item in wire.listdir_attr(f"{base}/{prefix}".rstrip("/")):
            path, mode = f"{prefix}{item.filename}", item.st_mode or 0
            if stat.S_ISDIR(mode):
                pending.append(f"{path}/")
            elif stat.S_ISREG(mode):
                yield path, Entry(item.st_size or 0, item.st_mtime or 0)
            else:
                raise OutsideError(
                    f"{base}/{path} is a link or a device; a release has only files: take it away"
                )


def _copy(files: Files, old: str, new: str) -> None:
    if COPY in files.wire.extensions:
        files.wire.copy_file(old, new, files.settings.mode)
    else:
        files.wire.write_file(new, files.wire.read_file(old), files.settings.mode)


def _compare(new: str, wanted: Mapping[str, Entry], found: Mapping[str, Entry]) -> None:
    wrong = [path for path, entry in wanted.items() if path not in found or found[path].size != entry.size]
    if wrong or len(found) != len(wanted):
        message = f"{new}: {len(wrong) or len(found) - len(wanted)} files did not arrive whole; try again"
        raise OutsideError(message)

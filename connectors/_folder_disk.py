"""Files below one folder, opened part by part so that no link and no ``..`` leads out of it."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from catchlight.errors import ConfigError, OutsideError
from catchlight.home import MARKS
from connectors._disks_own import is_left_out
from connectors._published_rights import open_file, open_folder

LARGEST = 64 << 20
_SPECIAL = {"", ".", ".."}
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a terminal obeys them, and a line ends at some
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def parts_of(file: str) -> tuple[str, ...]:
    """Return the parts of a relative path, or raise ValueError when it could lead elsewhere."""
    plain = tuple(file.split("/"))
    if "\0" not in file and not _SPECIAL.intersection(plain):
        return plain
    path = PurePosixPath(file)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in file:
        message = f"{file!r} is not a path inside the folder"
        raise ValueError(message)
    return path.parts


def partial_of(file: str) -> str:
    """Return where a file grows before it is whole: one name per file, so that it is found again."""
    path = PurePosixPath(file)
    return str(path.with_name(f".{path.name}.partial"))


def walk(root: Path, odd: list[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield every file and link below ``root`` with its relative path, sorted.

    What is hidden is left out, and what disks keep for themselves, and Catchlight's own homes: portraits that were made
    are nobody's photos. ``odd`` is given, to be read, the names that are no text: not UTF-8, or with control characters.
    They are left out, too.
    """
    pending = [("", root)]
    while pending:
        prefix, folder = pending.pop()
        entries = _listed(folder)
        if prefix and MARKS.issubset(entry.name for entry in entries):
            continue
        for entry in entries:
            if is_left_out(entry.name):
                continue
            if not _is_text(entry.name):
                name = os.fsencode(entry.name).decode("utf-8", "replace")
                odd.append(prefix + _CONTROL.sub("\ufffd", name))
            elif entry.is_dir(follow_symlinks=False):
                pending.append((f"{prefix}{entry.name}/", Path(entry.path)))
            else:
                yield prefix + entry.name, entry


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError as error:
        message = (
            f"{folder}: may not be listed; let this account read it, or move it elsewhere if no photo is in it "
            "(else whoever has theirs there would count as without one)"
        )
        raise ConfigError(message) from error
    except OSError as error:
        message = f"{folder}: cannot be listed: {error.strerror}"
        raise OutsideError(message) from error


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return not _CONTROL.search(name)


def read(root: Path, file: str) -> bytes:
    """Return the bytes of one regular file; OSError when it is not there, a link or too large."""
    *folders, name = parts_of(file)
    with _opened(root, folders) as folder:
        handle = os.open(name, _READ, dir_fd=folder)
        with os.fdopen(handle, "rb") as source:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise OSError(errno.EISDIR, "not a regular file")
            data = source.read(min(about.st_size, LARGEST) + 1)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"larger than {LARGEST >> 20} MiB")
    return data


def write(root: Path, file: str, data: bytes, mode: int | None = None) -> None:
    """Write one file so that it is either the old one or the new one, never a part; OSError.

    ``mode`` is who may read it. Without it the file that is replaced says so, else the root: whoever may enter that.
    """
    *folders, name = parts_of(file)
    partial = parts_of(partial_of(file))[-1]
    with _opened(root, []) as top, _made(top, folders, mode) as folder:
        _unlink(partial, folder)
        try:
            _fill(partial, folder, data, lambda handle: open_file(handle, top, _mode(name, folder, mode)))
            os.replace(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _unlink(partial, folder)
            raise
        os.fsync(folder)


def remove(root: Path, file: str) -> None:
    """Remove one file; nothing when it is not there; OSError."""
    *folders, name = parts_of(file)
    try:
        with _opened(root, folders) as folder:
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)
    except FileNotFoundError:
        if not root.is_dir():
            raise


@contextmanager
def _opened(root: Path, folders: list[str]) -> Iterator[int]:
    handle = os.open(root, _FOLDER)
    try:
        for name in folders:
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _made(top: int, folders: list[str], mode: int | None) -> Iterator[int]:
    """Open a folder below the root, and make on the way what is not there."""
    handle = os.dup(top)
    try:
        for name in folders:
            new = _make(name, handle)
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
            if new:
                open_folder(handle, top, mode)
        yield handle
    finally:
        os.close(handle)


def _make(name: str, folder: int) -> bool:
    """Make a folder; whether it was not there."""
    try:
        os.mkdir(name, dir_fd=folder)
    except FileExistsError:
        return False
    os.fsync(folder)
    return True


def _fill(name: str, folder: int, data: bytes, opening: Callable[[int], None]) -> None:
    with os.fdopen(os.open(name, _WRITE, 0o666, dir_fd=folder), "wb") as out:
        out.write(data)
        out.flush()
        opening(out.fileno())
        os.fsync(out.fileno())


def _mode(name: str, folder: int, mode: int | None) -> int | None:
    """Return who may read a file: whom ``mode`` names, else who may read the one that it replaces, None where there is none."""
    try:
        there = stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return mode
    return there if mode is None else mode


def _unlink(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return

"""Photos that come together with a list wait on disk until they are asked for.

The file has no name: nobody else can open it, and it is gone with the process, however that ends.
"""

import base64
import binascii
import hashlib
import os
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Fetched
from connectors._photo_bytes import photo_in

_TABLE = """
create table photos (
  key text primary key, version text not null, at integer not null, size integer not null, code text, words text);
create table notes (key text primary key, link text not null, version text not null);
"""
_LARGEST = 30_000_000
BASE64_LARGEST = _LARGEST * 3 // 2  # with line ends
_TOO_LARGE = PhotoError("photo.too_large", f"the photo has more than {_LARGEST // 10**6} MB")


def scratch(folder: Path | None) -> BinaryIO:
    """Return a file without a name; ConfigError where none can be written."""
    try:
        return tempfile.TemporaryFile(dir=folder, buffering=0)
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise ConfigError(f"spool: {where} cannot be written to: {error.strerror}") from error


def from_base64(text: str) -> bytes | PhotoError | None:
    """Return the picture in a cell, None for an empty one, or what is wrong with it."""
    if len(text) > BASE64_LARGEST:
        return _TOO_LARGE
    plain = "".join(text.split())
    if not plain:
        return None
    try:
        picture = base64.b64decode(plain, validate=True)
        return _TOO_LARGE if len(picture) > _LARGEST else photo_in("the list", picture)
    except (binascii.Error, ValueError):
        return PhotoError("photo.unreadable", "what stands in the list for a photo is no whole Base64")
    except OutsideError as error:
        return PhotoError("photo.unreadable", str(error))
    except PhotoError as error:
        return error


class Spool:
    """Photos by key; threads may share it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Prepare; ConfigError when nothing can be written there."""
        self._file, self._turn, self._end = scratch(folder), threading.Lock(), 0
        self._index = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._index.executescript(_TABLE)

    def close(self) -> None:
        """Forget everything."""
        self._index.close()
        self._file.close()

    def clear(self) -> None:
        """Begin anew."""
        with self._turn:
            self._index.executescript("delete from photos; delete from notes")
            self._file.truncate(0)
            self._end = 0

    def add(self, key: str, picture: bytes | PhotoError | None) -> str | None:
        """Keep what stands in a row for a photo; return its version as the list of people tells it.

        Who has two different photos in one list gets none: nobody can say which is right.
        """
        with self._turn:
            had = self._index.execute("select version from photos where key = ?", (key,)).fetchone()
            if picture is None:
                return str(had[0]) if had else None
            if isinstance(picture, PhotoError):
                return self._odd(key, picture)
            version = hashlib.sha256(picture).hexdigest()
            if had and had[0] != version:
                return self._odd(
                    key, PhotoError("photo.several", f"{key} stands in the list with different photos")
                )
            if not had:
                row = (key, version, self._end, len(picture))
                self._write(picture)
                self._index.execute("insert into photos (key, version, at, size) values (?, ?, ?, ?)", row)
            return version

    def _odd(self, key: str, problem: PhotoError) -> str:
        version = f"none: {problem.reason}"
        row = (key, version, 0, 0, problem.reason, str(problem))
        self._index.execute("insert or replace into photos values (?, ?, ?, ?, ?, ?)", row)
        return version

    def _write(self, picture: bytes) -> None:
        rest = memoryview(picture)
        try:
            while rest:
                rest = rest[os.pwrite(self._file.fileno(), rest, self._end + len(picture) - len(rest)) :]
        except OSError as error:
            raise OutsideError(f"spool: no room for the photos: {error.strerror}") from error
        self._end += len(picture)

    def note(self, key: str, link: str, version: str) -> None:
        """Keep what a row says of a photo that is elsewhere."""
        with self._turn:
            self._index.execute("insert or replace into notes values (?, ?, ?)", (key, link, version))

    def noted(self, key: str) -> tuple[str, str]:
        """Return the address and the version of somebody's photo, "" for what the row did not say."""
        with self._turn:
            found = self._index.execute("select link, version from notes where key = ?", (key,)).fetchone()
        return found or ("", "")

    def fetched(self, key: str, known: str) -> Fetched:
        """Return what the list had for one person."""
        with self._turn:
            found = self._index.execute(
                "select version, at, size, code, words from photos where key = ?", (key,)
            ).fetchone()
            if found is None:
                return Fetched(key)
            version, at, size, code, words = found
            if code:
                return Fetched(key, problem=PhotoError(code, words))
            if version == known:
                return Fetched(key, version=version, same=True)
            return Fetched(key, os.pread(self._file.fileno(), size, at), version)

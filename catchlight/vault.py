"""Pictures by the digest of their bytes: written once, never changed, checked when read."""

import errno
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from catchlight.errors import OutsideError
from catchlight.private import private_folder


def digest_of(data: bytes) -> str:
    """Return the sha256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes, *, mode: int = 0o640, folder_mode: int = 0o777) -> None:
    """Write ``path`` so that a file that exists is complete, also after a power cut: temporary, fsync, rename, fsync.

    Nobody has more rights to it than ``mode`` at any moment; a folder that is not there is made with ``folder_mode``.
    """
    folders = make_folder(path.parent, folder_mode)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
        sync_names(*folders)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(folder: Path, mode: int = 0o777) -> list[Path]:
    """Make a folder unless it is there; return it and the folders above in which a name is new."""
    changed = [folder]
    while not changed[-1].exists():
        changed.append(changed[-1].parent)
    if not mode & 0o007:
        private_folder(folder.parent)
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    return changed


def sync_names(*folders: Path) -> None:
    """Let the names in folders survive a power cut, where the file system can promise it."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


class Vault:
    """A folder of pictures named by their sha256."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made on the first write."""
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the picture of this digest lies (whether or not it is there)."""
        return self.root / digest[:2] / digest[2:]

    def has(self, digest: str, size: int | None = None) -> bool:
        """Whether the picture is there, and of its size where that is given."""
        try:
            found = os.stat(f"{self.root}/{digest[:2]}/{digest[2:]}")  # noqa: PTH116  a third of the time
        except OSError:
            return False
        return bool(digest) and stat.S_ISREG(found.st_mode) and size in {None, found.st_size}

    def is_whole(self, digest: str) -> bool:
        """Whether the picture is there, unchanged: all of it is read."""
        try:
            return digest_of_file(self.path(digest)) == digest
        except OSError:
            return False

    def put(self, data: bytes) -> str:
        """Store ``data`` unless it is there; return its digest. OutsideError when the disk refuses."""
        digest = digest_of(data)
        path = self.path(digest)
        try:
            if path.is_file() and digest_of(path.read_bytes()) == digest:
                return digest
            write_whole(path, data)
            path.chmod(0o440)  # a run's portraits are links to it: no editor may write through them
        except OSError as error:
            message = f"{path}: cannot be written: {error.strerror}; free some space or check the rights, then run again"
            raise OutsideError(message) from error
        return digest

    def keep(self, data: bytes) -> str:
        """Store ``data`` and return its digest, sure that it can be had back; OutsideError."""
        digest = self.put(data)
        self.get(digest)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes, or raise :class:`OutsideError` when lost or changed on disk."""
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"picture {digest[:12]}… is not in the vault ({path}): {error.strerror}"
            raise OutsideError(message) from error
        if digest_of(data) != digest:
            message = f"picture {path} is not what was stored: its sha256 differs"
            raise OutsideError(message)
        return data

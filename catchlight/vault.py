"""Pictures by the digest of their bytes: written once, never changed, checked when read."""

import hashlib
import os
import tempfile
from pathlib import Path

from catchlight.errors import OutsideError


def digest_of(data: bytes) -> str:
    """Return the sha256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write ``path`` so that a file that exists is complete: temporary, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Vault:
    """A folder of pictures named by their sha256."""

    def __init__(self, root: Path) -> None:
        """Use ``root``; it is made on the first write."""
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the picture of this digest lies (whether or not it is there)."""
        return self.root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Whether the picture is there."""
        return bool(digest) and self.path(digest).is_file()

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

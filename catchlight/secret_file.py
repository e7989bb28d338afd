"""A new secret in a file for its owner alone: whole or not at all, and never in the place of one that is there."""

import os
import secrets
import tempfile
from pathlib import Path

from catchlight.vault import make_folder, sync_names


def make_secret(path: Path, before: str = "") -> None:
    """Write a new secret, ``before`` ahead of it, unless the file is there; of two programs at once the first one's counts.

    OSError where it cannot be written.
    """
    if path.exists():
        return
    folders = make_folder(path.parent, 0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")  # 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{before}{secrets.token_urlsafe(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(name)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
    sync_names(*folders)

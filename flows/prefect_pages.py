"""Where Prefect's pages lie: Prefect writes them into its installed package, which a service's account may not change."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from catchlight.private import private_folder
from flows.prefect_database import cache

NAMES = ("PREFECT_SERVER_UI_STATIC_DIRECTORY", "PREFECT_UI_STATIC_DIRECTORY")


def place() -> dict[str, str]:
    """Return the variable that names a folder of this account's, outside the home, whose files are searched for people."""
    if any(os.environ.get(name) for name in NAMES):
        return {}
    return {NAMES[0]: str(_folder())}


def _folder() -> Path:
    with suppress(OSError):
        return private_folder(cache() / "prefect-pages")
    return Path(tempfile.mkdtemp(prefix="catchlight-pages-"))

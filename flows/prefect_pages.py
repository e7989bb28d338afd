"""Prefect's pages: where they lie, since a service's account may not change the installed package, and whom they may ask."""

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


def policy(api: str) -> str:
    """Return the header by which a browser asks nobody but us: Prefect's pages would ask a maker of statistics."""
    at = api.removesuffix("/api")
    own = f"'self' {at} {at.replace('http', 'ws', 1)}"
    return (
        f"Content-Security-Policy:default-src 'self'; connect-src {own}; img-src 'self' data:; "
        "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'"
    )

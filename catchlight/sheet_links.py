"""Links to contact sheets that nobody can guess: faces are on them, and a browser must be able to open them."""

import hashlib
import hmac
import os
from pathlib import Path

from catchlight.secret_file import make_secret

ADDRESS = "CATCHLIGHT_SHEETS"  # where contact sheets are served, told to flows by the environment


def path_of(home: Path, run: str) -> str:
    """Return the path of a run's contact sheet below the address where they are served."""
    return f"{run}/{_token(home, run)}/contact_sheet.html"


def link_of(home: Path, run: str) -> str:
    """Return the whole address of a run's contact sheet, "" where none are served."""
    at = os.environ.get(ADDRESS, "")
    return f"{at.rstrip('/')}/{path_of(home, run)}" if at else ""


def is_good(home: Path, run: str, token: str) -> bool:
    """Whether a token is this run's."""
    return hmac.compare_digest(_token(home, run).encode(), token.encode())


def _token(home: Path, run: str) -> str:
    return hmac.new(_key(home / "secrets" / "sheets.key"), run.encode(), hashlib.sha256).hexdigest()[:32]


def _key(file: Path) -> bytes:
    make_secret(file)
    return file.read_bytes()

"""A home that was put back from a backup says so, until somebody looked through what was said since then."""

import json
import shlex
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.home import write_json

FILE = "restored.json"
MANIFEST = "backup.json"  # a home that was copied out of a backup by hand still has it


def mark(home: Path, made: str) -> None:
    """Write down that a home is that of a backup which was made then."""
    write_json(home / FILE, {"backup": made})


def problem(home: Path) -> str:
    """Return what stands against publishing from a home that was put back, "" where nobody put it back or it was accepted."""
    made = [_made(home / name, key) for name, key in ((FILE, "backup"), (MANIFEST, "made"))]
    found = next(filter(None, made), "")
    return (
        f"this home was put back from a backup of {found}, and whatever people said since then is not in it"
        if found
        else ""
    )


def must_be_the_newest(home: Path, undone: str) -> None:
    """Raise ConfigError, with what was not done, for a home that was put back and not looked through since."""
    if message := refusal(home, undone):
        raise ConfigError(message)


def refusal(home: Path, undone: str) -> str:
    """Return what is not done in a home that was put back, why, and what to do; "" where nothing stands against it."""
    found = problem(home)
    return found and (
        f"{undone}: {found}. Who took their yes back meanwhile would be shown again: see with "
        "`catchlight publish verify` whose pictures are gone, write down what was said (`catchlight people consent`), "
        f'then: catchlight audit accept "WHY" --home {shlex.quote(str(home))}'
    )


def _made(file: Path, key: str) -> str:
    """Return of when a backup is by the file that tells of it, "" where there is no such file."""
    if not file.is_file():
        return ""
    try:
        return str(json.loads(file.read_bytes())[key])[:16].replace("T", " ")
    except (OSError, ValueError, KeyError, TypeError):
        return "a day that cannot be read"


def accept(home: Path) -> None:
    """Let a home count as the newest one again."""
    for name in (FILE, MANIFEST):
        (home / name).unlink(missing_ok=True)

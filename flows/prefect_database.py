"""Prefect's empty database, kept once for each user: a fresh home copies it instead of building it anew."""

import contextlib
import os
import sqlite3
from importlib.metadata import version
from pathlib import Path

from catchlight.checkup_databases import unreadable
from catchlight.checkup_sqlite import DAMAGED, code_of
from catchlight.errors import ConfigError
from catchlight.prefect_store import FILE, FOLDER
from catchlight.private import private_folder
from catchlight.vault import write_whole

_UNKNOWN = b"Can't locate revision identified by"
_END = 1000  # bytes of a log that its last lines are among


def furnish(folder: Path) -> None:
    """Give a home without a Prefect database the one that was kept, if there is one; ConfigError for one that is damaged."""
    error = unreadable(folder / FILE)
    if error and code_of(error).startswith(DAMAGED):
        message = (
            f"{folder / FILE}: {error}; move it away: Prefect makes a new one, with a history and schedules that "
            "begin anew"
        )
        raise ConfigError(message)
    with contextlib.suppress(OSError):
        if not (folder / FILE).exists():
            write_whole(private_folder(folder) / FILE, _kept().read_bytes())


def keep(folder: Path) -> None:
    """Keep the database of a server that has just started for the first time, before anything runs."""
    with contextlib.suppress(OSError, sqlite3.Error):
        if not _kept().exists() and _is_empty(folder / FILE):
            write_whole(_kept(), _content(folder / FILE))


def too_new(log: Path) -> str:
    """Return what to do where a server has just refused a database that a newer Prefect widened, "" where it has not."""
    if _UNKNOWN not in log.read_bytes()[-_END:]:
        return ""
    return (
        f"its database is of a newer Prefect than {version('prefect')}, which is installed; install that one again, or "
        f"move {log.parent.parent / FOLDER} away (its history and what was switched on there begin anew)"
    )


def cache() -> Path:
    """Return our folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "catchlight"


def _kept() -> Path:
    """Return the place in the user's cache; another version of Prefect has another database."""
    return cache() / f"prefect-{version('prefect')}.db"


def _is_empty(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        tables = ("flow_run", "task_run", "log", "configuration", "block_document", "variable")
        return not any(database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)  # noqa: S608


def _content(file: Path) -> bytes:
    """Return the whole database, also what lies in its write-ahead log."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.serialize()

"""Prefect's own database in a home: what is past its term goes row by row, since a server may have it open.

A file taken away under a running server would take the schedules with it, and everybody's next run.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from catchlight.sqlite_tables import tables

FOLDER, FILE = "prefect", "prefect.db"
# What tells of runs that were; flows, deployments and schedules stay. Each with the moment by which a row is old: a
# run that is scheduled was made long before it begins.
HISTORY = {
    "flow_run": "coalesce(end_time, start_time, expected_start_time)",
    "flow_run_input": "created",
    "flow_run_state": "timestamp",
    "task_run": "coalesce(end_time, start_time, expected_start_time)",
    "task_run_state": "timestamp",
    "task_run_state_cache": "created",
    "log": "timestamp",
    "events": "occurred",
    "event_resources": "occurred",
    "artifact": "created",
    "artifact_collection": "created",
}
_PATIENCE = 30.0  # seconds to wait for a server that writes


def files(home: Path) -> list[Path]:
    """Return Prefect's databases in a home: each slice of a shared run has one."""
    return sorted((home / FOLDER).rglob(FILE))


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open one beside whoever has it open; what hangs on a row goes with it, and nothing of it stays in the file."""
    with closing(sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)) as store:
        store.execute("pragma foreign_keys = on")
        store.execute("pragma secure_delete = on")
        yield store


def history(store: sqlite3.Connection) -> list[str]:
    """Return which tables there are that tell of runs."""
    there = tables(store)
    return [name for name in HISTORY if name in there]


def forget(file: Path, before: str, *, dry: bool = False) -> int:
    """Delete what tells of runs that ended before a moment (ISO 8601, UTC); return how many runs. With ``dry`` only count."""
    moment = before[:26].replace("T", " ")
    with opened(file) as store:
        told = history(store)
        if "flow_run" not in told:
            return 0
        old = f"from flow_run where {HISTORY['flow_run']} < ?"
        count = int(store.execute(f"select count(*) {old}", [moment]).fetchone()[0])
        for name in () if dry else told:
            store.execute(f"delete from {name} where {HISTORY[name]} < ?", [moment])  # noqa: S608  our own words
        return count

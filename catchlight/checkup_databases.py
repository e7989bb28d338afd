"""Whether the databases beside the register can be read: what sources told last time, and Prefect's history."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from catchlight import prefect_store, source_memory
from catchlight.checkup import Finding, State, shown
from catchlight.checkup_sqlite import code_of, remedy
from catchlight.sqlite_tables import tables

_ANEW = {
    source_memory.FOLDER: "the next refresh reads everybody anew",
    prefect_store.FOLDER: "Prefect makes a new one; its history, and schedules that were switched by hand, begin anew",
}


def look_at_databases(home: Path) -> Iterator[Finding]:
    """Read a little of each database; one finding for each that cannot be read, or one for all."""
    files = [*source_memory.memories(home), *prefect_store.files(home)]
    wrong = {file: error for file in files if (error := unreadable(file))}
    for file, error in wrong.items():
        after = _ANEW[file.relative_to(home).parts[0]]
        damaged = f"with nothing running: mv {shown(file)} {shown(file)}.broken; {after}"
        yield Finding(State.FAIL, "Database", f"{file}: {error}", remedy(code_of(error), home, damaged))
    if files and not wrong:
        yield Finding(State.OK, "Databases", f"{len(files)} of sources and of Prefect can be read")


def unreadable(file: Path) -> sqlite3.Error | None:
    """Return why a SQLite file cannot be read, None when it can, or is not there."""
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as store:
            for name in tables(store):
                store.execute(f'select 1 from "{name}" limit 1').fetchone()  # noqa: S608  the file's own names
    except sqlite3.Error as error:
        return error
    return None

"""Which tables a SQLite file has."""

import sqlite3


def tables(store: sqlite3.Connection) -> list[str]:
    """Return their names, SQLite's own left out."""
    found = store.execute("select name from sqlite_master where type = 'table'")
    return [str(name) for (name,) in found if not name.startswith("sqlite_")]

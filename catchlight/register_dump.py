"""A register as one file, and back: SQLite by its own backup while others write, PostgreSQL by pg_dump."""

import errno
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from catchlight.errors import ConfigError, OutsideError
from catchlight.private import private_file

SQLITE, POSTGRESQL = "register.db", "register.dump"


def dump(where: str | Path, folder: Path) -> Path:
    """Write the register into a folder, as it was at one moment; return the file."""
    if "://" in str(where):
        file = folder / POSTGRESQL
        _run("pg_dump", str(where), "--format=custom", "--no-owner", f"--file={file}")
        return file
    copy_sqlite(Path(where), folder / SQLITE)
    return folder / SQLITE


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite file that may be written to meanwhile; the copy needs no other file.

    Raises OSError when there is no room for it, OutsideError when it cannot be read, or is damaged.
    """
    uri = f"{source.resolve().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(uri, uri=True)) as old,
            closing(sqlite3.connect(private_file(target))) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
            (found,) = new.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        message = f"{source}: cannot be put aside: {error}"
        raise OutsideError(message) from error
    if found != "ok":
        message = f"{source}: is damaged ({' '.join(str(found).split())}); put it back from an older backup"
        raise OutsideError(message)


def load(file: Path, where: str) -> None:
    """Put a PostgreSQL register back into an empty database; ConfigError when it is not empty."""
    engine = sa.create_engine(where, poolclass=sa.NullPool)
    with engine.connect() as connection:
        if sa.inspect(connection).get_table_names():
            shown = engine.url.render_as_string(hide_password=True)
            message = f"{shown}: the database is not empty; make a new one, and write its address into secrets/register.url"
            raise ConfigError(message)
    _run("pg_restore", where, "--no-owner", "--exit-on-error", str(file))


def _run(program: str, where: str, *arguments: str) -> None:
    found = shutil.which(program)
    if not found:
        message = f"{program} is not installed; it comes with PostgreSQL's client (Debian: postgresql-client)"
        raise ConfigError(message)
    url = sa.make_url(where)
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    own = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [found, *arguments[:-1], f"--dbname={plain}", arguments[-1]]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{program}: {done.stderr.strip()[-400:]}"
        raise OutsideError(message)

"""Whether a register can be read, found out without writing anything: for programs that ask every few seconds."""

from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from catchlight.desk import place_of_register, register_of
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.register_tables import SCHEMA, VERSION, newer


def is_readable(home: Path) -> bool:
    """Whether a home folder's register answers, and is none of a newer Catchlight; before the first run there is none."""
    try:
        where = register_of(home)
    except ConfigError:
        return False
    if isinstance(where, Path) and not where.exists():
        return home.is_dir() and Home(home).is_new()
    found = _version(where)
    return found is not None and found <= VERSION


def must_not_be_newer(home: Path) -> None:
    """Raise ConfigError, before anything of a home is read, where a newer program was at work in it."""
    where = place_of_register(home)
    found = None if isinstance(where, Path) and not where.exists() else _version(where)
    if found is not None and found > VERSION:
        raise ConfigError(newer(str(where).rpartition("@")[2], found))


def _version(where: str | Path) -> int | None:
    """Return the number of a register, None where it cannot be read."""
    url: str | sa.URL = str(where)
    if isinstance(where, Path):
        url = sa.URL.create(
            "sqlite", database=f"file:{quote(str(where))}", query={"mode": "ro", "uri": "true"}
        )
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            found = connection.execute(sa.select(sa.func.max(SCHEMA.c.version))).scalar()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError):
        return None
    return None if found is None else int(found)

"""Whether a register can be read, found out without writing anything: for programs that ask every few seconds."""

from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from catchlight.desk import register_of
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.register_tables import SCHEMA, VERSION


def is_readable(home: Path) -> bool:
    """Whether a home folder's register answers, and is none of a newer Catchlight; before the first run there is none."""
    try:
        where = register_of(home)
    except ConfigError:
        return False
    if isinstance(where, Path) and not where.exists():
        return home.is_dir() and Home(home).is_new()
    return _answers(where)


def _answers(where: str | Path) -> bool:
    url: str | sa.URL = str(where)
    if isinstance(where, Path):
        url = sa.URL.create(
            "sqlite", database=f"file:{quote(str(where))}", query={"mode": "ro", "uri": "true"}
        )
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            found = connection.execute(sa.select(sa.func.max(SCHEMA.c.version))).scalar()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError):
        return False
    return found is not None and int(found) <= VERSION

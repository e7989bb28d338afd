"""An id as somebody types it, in the form in which a home has it."""

from contextlib import closing
from pathlib import Path

from catchlight.desk import open_register
from catchlight.spelling import as_known
from catchlight.traces import known_ids


def spelt(home: Path, id_: str) -> str:
    """Return an id as a home has it, however its accents are written; one that it does not have is composed."""
    if id_.isascii() or not home.is_dir():
        return id_
    with closing(open_register(home)) as register:
        return as_known(id_, known_ids(home, register))

"""Under which ids anybody answered, agreed, sent a photo or was published: what must be nobody else's later."""

from contextlib import closing
from pathlib import Path
from typing import Any

from catchlight.consents import Consent
from catchlight.desk import register_of
from catchlight.records import Decision, Receipt
from catchlight.register import Register
from catchlight.review_records import Upload


def heard_of(home: Path) -> set[str]:
    """Return the ids; nobody's where there is no register yet."""
    where = register_of(home)
    if isinstance(where, Path) and not where.is_file():
        return set()
    with closing(Register(where)) as register:
        rows: list[Any] = [
            row for record in (Decision, Consent, Receipt, Upload) for row in register.rows(record)
        ]
    return {row.employee for row in rows} - {""}

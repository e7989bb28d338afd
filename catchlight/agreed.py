"""Who agreed to a picture that a model paints in part. Without a recorded yes nothing is painted: silence is none."""

from collections.abc import Collection, Sequence
from pathlib import Path

from catchlight.consents import Consent, Word, last_words
from catchlight.desk import register_of
from catchlight.painting import CLOTHES, GENERATE
from catchlight.records import by_employee
from catchlight.register import Register

PURPOSES = (GENERATE, CLOTHES)


def agreed(home: Path, people: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return what these people agreed to, by id; whoever agreed to nothing is not in it."""
    where = register_of(home)
    if isinstance(where, Path) and not where.is_file():
        return {}
    register = Register(where)
    try:
        rows = register.rows(Consent)
    finally:
        register.close()
    said = by_employee(row for row in rows if row.employee in people and row.purpose in PURPOSES)
    found = {person: granted(theirs) for person, theirs in said.items()}
    return {person: purposes for person, purposes in found.items() if purposes}


def granted(said: Sequence[Consent]) -> tuple[str, ...]:
    """Return what somebody's last words agree to have painted."""
    words = last_words(said)
    return tuple(name for name in PURPOSES if name in words and words[name].word == Word.GRANTED)

"""What people agreed to, purpose by purpose: rows are added, the last one counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

DECLINED, NOT_AGREED = "declined", "not_agreed"


class Word(StrEnum):
    """What a person said of one purpose."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said of one purpose (such as ``chat``), when, to which notice (digest), and by whom it came.

    ``ticket`` belongs to the form that was sent, so that it counts once.
    """

    employee: str
    purpose: str
    word: str
    by: str
    at: str
    notice: str = ""
    source: str = ""
    ticket: str = ""


def against(consents: Iterable[Consent], purpose: str, *, opt_in: bool) -> str:
    """Return what stands against showing somebody for a purpose: ``declined``, ``not_agreed``, or "" for nothing.

    Where there was no word, the yes to the portrait covers the purpose, unless it needs one of its own (``opt_in``).
    """
    words = [one.word for one in consents if one.purpose == purpose]
    if not words:
        return NOT_AGREED if opt_in else ""
    return "" if words[-1] == Word.GRANTED else DECLINED

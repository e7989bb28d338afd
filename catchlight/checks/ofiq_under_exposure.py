"""OFIQ-style: how much of the face lies in the dark."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, under_exposure
from catchlight.sitting import Sitting

TITLE = "OFIQ-style under-exposure prevention"
UNIT = "share of face"
SENTENCES = {
    "high": "Much of the face lies in the dark; face a window or a lamp.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["under_exposure"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the share of the portrait's face up to 10 % of white. Very dark skin lies there too, so it never counts."""
    return under_exposure(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["under_exposure"].score(raw)

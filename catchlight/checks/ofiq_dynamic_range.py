"""OFIQ-style: how many shades the face has."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, dynamic_range
from catchlight.sitting import Sitting

TITLE = "OFIQ-style dynamic range"
UNIT = "bits"
SENTENCES = {
    "low": "The face shows few shades; send the original file of a photo taken in even light.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["dynamic_range"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the entropy of the portrait's face luminance. Dark skin has fewer linear shades, so it never counts."""
    return dynamic_range(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["dynamic_range"].score(raw)

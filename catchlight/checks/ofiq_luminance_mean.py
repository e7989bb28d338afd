"""OFIQ-style: how light the face is."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, luminance_mean
from catchlight.sitting import Sitting

TITLE = "OFIQ-style luminance mean"
UNIT = "of white"
SENTENCES = {
    "low": "The face is dark in the photo; face a window or a lamp.",
    "high": "The face is very bright in the photo; step out of direct light.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["luminance_mean"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the mean linear luminance of the portrait's face. It follows how light the skin is, so it never counts."""
    return luminance_mean(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["luminance_mean"].score(raw)

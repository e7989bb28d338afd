"""OFIQ-style: how much the light varies over the face."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, luminance_variance
from catchlight.sitting import Sitting

TITLE = "OFIQ-style luminance variance"
UNIT = "of white²"
SENTENCES = {
    "low": "The light on the face is very flat; turn a little towards a window.",
    "high": "The light on the face is hard; step into softer light.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["luminance_variance"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the variance of the portrait's face luminance. It falls with dark skin, so it never counts."""
    return luminance_variance(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["luminance_variance"].score(raw)

"""OFIQ-style: how even the background is."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, background_uniformity
from catchlight.sitting import Sitting

TITLE = "OFIQ-style background uniformity"
UNIT = "gradient"
SENTENCES = {
    "high": "The background is busy; send a photo taken before a plain wall.",
}
FORMULA = MEASURES["background_uniformity"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the mean gradient of the portrait's background in OFIQ's square; 0 is one shade."""
    return background_uniformity(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["background_uniformity"].score(raw)

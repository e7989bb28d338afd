"""OFIQ-style: how alike the light on both cheeks is."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, illumination_uniformity
from catchlight.sitting import Sitting

TITLE = "OFIQ-style illumination uniformity"
UNIT = "overlap"
SENTENCES = {
    "low": "One side of the face is much darker than the other; face a window or a lamp.",
}
FORMULA = MEASURES["illumination_uniformity"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return how far the luminances of the portrait's two cheeks overlap. A Rembrandt light scores low by design."""
    return illumination_uniformity(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["illumination_uniformity"].score(raw)

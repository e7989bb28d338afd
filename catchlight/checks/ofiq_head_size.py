"""OFIQ-style: how much of the frame lies between eyes and chin."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style head size"
UNIT = "share of frame"
SENTENCES = {
    "low": "Passports want a larger head; for a company portrait there is nothing to do.",
    "high": "Passports want a smaller head; for a company portrait there is nothing to do.",
}
FORMULA = MEASURES["head_size"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return eye to chin over the portrait's height; passports want 0.45, a company's crop about 0.24."""
    return sitting.face.eye_to_chin / sitting.portrait.shape[0]


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["head_size"].score(raw)

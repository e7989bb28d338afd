"""OFIQ-style: how far the mouth is closed."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style mouth closed"
UNIT = "share of eye to chin"
SENTENCES = {
    "high": "The mouth is open, as in a smile; that is fine for a company portrait, there is nothing to do.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["mouth_closed"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the inner lip distance over eye to chin. Passports want none, a company portrait may smile: it never counts."""
    return sitting.face.inner_lips / sitting.face.eye_to_chin


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["mouth_closed"].score(raw)

"""OFIQ-style: how far the head is raised or lowered."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style head pose pitch"
UNIT = "degrees"
SENTENCES = {
    "low": "The chin is low; raise it until you look straight into the camera.",
    "high": "The chin is high; lower it until you look straight into the camera.",
}
FORMULA = MEASURES["pitch"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the portrait's pitch in degrees; OFIQ's estimator and its measure swap the names yaw and pitch."""
    return sitting.face.pitch


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["pitch"].score(raw)

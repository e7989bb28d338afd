"""OFIQ-style: how far the head is turned to the side."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style head pose yaw"
UNIT = "degrees"
SENTENCES = {
    "low": "The head is turned to the side; look straight into the camera.",
    "high": "The head is turned to the side; look straight into the camera.",
}
FORMULA = MEASURES["yaw"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the portrait's yaw in degrees; OFIQ's estimator and its measure swap the names yaw and pitch."""
    return sitting.face.yaw


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["yaw"].score(raw)

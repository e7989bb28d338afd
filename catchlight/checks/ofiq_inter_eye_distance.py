"""OFIQ-style: how many pixels are between the eyes."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import inter_eye_distance
from catchlight.sitting import Sitting

TITLE = "OFIQ-style inter-eye distance"
UNIT = "pixels"
SENTENCES = {
    "low": "The face has few pixels; send a larger photo.",
}
FORMULA = MEASURES["inter_eye_distance"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the pixels between the portrait's eyes over the cosine of yaw."""
    return inter_eye_distance(sitting.face)


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["inter_eye_distance"].score(raw)

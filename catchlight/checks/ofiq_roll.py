"""OFIQ-style: how far the head is tilted."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style head pose roll"
UNIT = "degrees"
SENTENCES = {
    "low": "The head is tilted; hold it upright.",
    "high": "The head is tilted; hold it upright.",
}
FORMULA = MEASURES["roll"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the portrait's roll in degrees, after levelling."""
    return sitting.face.roll


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["roll"].score(raw)

"""OFIQ-style: how much room is above the eyes."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import margins
from catchlight.sitting import Sitting

TITLE = "OFIQ-style margin above"
UNIT = "eye-to-chin lengths"
SENTENCES = {
    "low": "The face is close to the upper edge; send a photo with room above the head.",
}
FORMULA = MEASURES["margin_above"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the way from the eyes' midpoint to the portrait's upper edge in eye-to-chin lengths."""
    return margins(sitting.portrait, sitting.face)["above"]


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["margin_above"].score(raw)

"""OFIQ-style: how much room is below the eyes."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import margins
from catchlight.sitting import Sitting

TITLE = "OFIQ-style margin below"
UNIT = "eye-to-chin lengths"
SENTENCES = {
    "low": "The face is close to the lower edge; send a photo that shows the shoulders.",
}
FORMULA = MEASURES["margin_below"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the way from the eyes' midpoint to the portrait's lower edge in eye-to-chin lengths."""
    return margins(sitting.portrait, sitting.face)["below"]


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["margin_below"].score(raw)

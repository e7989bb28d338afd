"""OFIQ-style: how much room is left of the face."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import margins
from catchlight.sitting import Sitting

TITLE = "OFIQ-style leftward crop"
UNIT = "eye distances"
SENTENCES = {
    "low": "The face is close to the left edge; send a photo with room on both sides.",
}
FORMULA = MEASURES["leftward_crop"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the way from the eyes' midpoint to the portrait's left edge in eye distances."""
    return margins(sitting.portrait, sitting.face)["left"]


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["leftward_crop"].score(raw)

"""How far the head is from the preset's middle."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Centre"
UNIT = "% of frame from preset"
SENTENCES = {
    "low": "The head is left of the middle.",
    "high": "The head is right of the middle.",
}


class Settings(Limits):
    """Limits in % of frame from preset."""

    low: float | None = -1.5
    high: float | None = 1.5


def measure(sitting: Sitting) -> float:
    """Return the head's middle minus the preset's, in percent of the frame's width (right is positive)."""
    return 100 * (sitting.head.middle / sitting.portrait.shape[1] - sitting.preset.crop.centre)

"""How much of the frame the head fills, chin to crown."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head height"
UNIT = "% of frame"
SENTENCES = {
    "low": "The head is smaller than the brand wants.",
    "high": "The head is larger than the brand wants: the photo shows too little around it.",
}


class Settings(Limits):
    """Limits in % of frame."""

    low: float | None = 60.0
    high: float | None = 70.0


def measure(sitting: Sitting) -> float:
    """Return chin to crown on the portrait, in percent of the frame's height."""
    return 100 * sitting.head.height / sitting.portrait.shape[0]

"""How much fine detail the photo's face has for its size."""

from catchlight import quality
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Fine detail"
UNIT = "of the next octave"
SENTENCES = {
    "low": "The photo shows less than its size promises: it is soft, or was enlarged before; the original would be sharper.",
}


class Settings(Limits):
    """Limits in shares of the next coarser octave."""

    low: float | None = 0.6


def measure(sitting: Sitting) -> float:
    """Return the contrast of the face's finest octave over that of the next, at 100 pixels from eyes to chin at most."""
    return quality.detail(sitting.subject)

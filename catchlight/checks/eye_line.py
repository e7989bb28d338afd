"""How far the eyes are from the preset's eye line."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Eye line"
UNIT = "% of frame from preset"
SENTENCES = {
    "low": "The eyes sit higher than the brand wants, because the photo is cut at the top of the head.",
    "high": "The eyes sit lower than the brand wants, because the photo shows too little below the chin or the hair needs room.",
}


class Settings(Limits):
    """Limits in % of frame from preset."""

    low: float | None = -0.5
    high: float | None = 0.5


def measure(sitting: Sitting) -> float:
    """Return eye line minus the preset's, in percent of the frame's height (down is positive)."""
    return 100 * (sitting.head.eyes / sitting.portrait.shape[0] - sitting.preset.crop.eye_line)

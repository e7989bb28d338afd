"""How much of the frame the head fills, chin to crown."""

from catchlight.checks import Limits
from catchlight.config import Preset
from catchlight.sitting import Sitting

TITLE = "Head height"
UNIT = "% of frame"
SENTENCES = {
    "low": "The head is smaller than the brand wants.",
    "high": "The head is larger than the brand wants: the photo shows too little around it.",
}

_SURE = 0.01  # share of the frame: closer to its head no portrait can be measured
_ALIKE = 0.03  # share of the frame: past this a head looks large beside the others


class Settings(Limits):
    """Limits in % of frame; a preset's crop brings its own."""

    low: float | None = 60.0
    high: float | None = 70.0


def limits(preset: Preset) -> dict[str, float]:
    """Return the limits that a preset's crop implies: a head may give way to ``head_high``, but then a person looks."""
    crop = preset.crop
    return {
        "low": round(100 * min(crop.head_low, crop.head - _SURE), 2),
        "high": round(100 * max(min(crop.head_high, crop.head + _ALIKE), crop.head + _SURE), 2),
    }


def measure(sitting: Sitting) -> float:
    """Return chin to crown on the portrait, in percent of the frame's height."""
    return 100 * sitting.head.height / sitting.portrait.shape[0]

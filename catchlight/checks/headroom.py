"""How much room is above the crown."""

from catchlight.checks import Limits
from catchlight.config import Preset
from catchlight.sitting import Sitting

TITLE = "Headroom"
UNIT = "% of frame"
SENTENCES = {"low": "The hair touches the upper edge; send a photo with some room above the head."}
_SURE = 0.005  # share of the frame


class Settings(Limits):
    """Limits in % of frame; a preset's crop brings its own."""

    low: float | None = 1.5


def limits(preset: Preset) -> dict[str, float]:
    """Return the least room that a preset's crop asks for, less what the crown is unsure by."""
    return {"low": round(100 * (preset.crop.headroom - _SURE), 2)}


def measure(sitting: Sitting) -> float:
    """Return upper edge to crown on the portrait, in percent of the frame's height."""
    return 100 * sitting.head.crown / sitting.portrait.shape[0]

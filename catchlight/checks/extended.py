"""How much of the person the photo did not show and was filled in (clothes only)."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Filled in"
UNIT = "% of person"
SENTENCES = {
    "high": "The photo was cut close: a strip of clothing at the edge was continued.",
    "far": "The photo is cut too close to fill the frame; send one that shows head and shoulders with some room around.",
}


class Settings(Limits):
    """Limits in % of person."""

    high: float | None = 5.0
    far_high: float | None = 13.0


def measure(sitting: Sitting) -> float:
    """Return the share of the person's area in the frame that the camera did not see, in percent."""
    return 100 * float(sitting.alpha[~sitting.seen].sum() / max(float(sitting.alpha.sum()), 1.0))

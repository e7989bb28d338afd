"""Whether the photo is black and white."""

from catchlight.checks import Limits
from catchlight.checks._skin import coloured
from catchlight.sitting import Sitting

TITLE = "Colour"
UNIT = "% of pixels"
SENTENCES = {
    "low": "The photo is black and white.",
}


class Settings(Limits):
    """Limits in % of pixels."""

    low: float | None = 2.0


def measure(sitting: Sitting) -> float:
    """Return the share of the photo's pixels that have any colour, in percent."""
    return 100 * coloured(sitting.subject.picture)

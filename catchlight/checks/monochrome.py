"""Whether the photo is black and white."""

import numpy as np

from catchlight.checks import Limits
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
    step = max(1, max(sitting.subject.picture.shape) // 400)
    pixels = sitting.subject.picture[::step, ::step].astype(np.int16)
    return 100 * float((np.ptp(pixels, axis=2) > 14).mean())

"""How far the skin's colour is from what skin can look like."""

import numpy as np

from catchlight.checks import Limits
from catchlight.checks._skin import is_monochrome, skin_lab
from catchlight.sitting import Sitting

TITLE = "Colour cast"
UNIT = "CIELAB units"
SENTENCES = {
    "high": "The photo has a colour cast that could not be taken out.",
}


class Settings(Limits):
    """Limits in CIELAB units."""

    high: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return the distance of the portrait's median cheek and forehead colour from a 5–25, b 5–35.

    The range is that of the natural colour measure of ISO/IEC 29794-5; it asks nothing about how
    light skin is. Black-and-white photos are another check's business.
    """
    if is_monochrome(sitting.subject.picture):
        message = "the photo is black and white"
        raise LookupError(message)
    _, a, b = skin_lab(sitting.portrait, sitting.face)
    return float(np.hypot(max(0.0, 5 - a, a - 25), max(0.0, 5 - b, b - 35)))

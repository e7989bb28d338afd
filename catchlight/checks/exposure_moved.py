"""How far the exposure was corrected."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Exposure corrected"
UNIT = "stops"
SENTENCES = {
    "low": "The photo was darkened.",
    "high": "The photo is under-exposed and was brightened as far as allowed.",
}


class Settings(Limits):
    """Limits in stops."""

    low: float | None = -0.34
    high: float | None = 0.34


def measure(sitting: Sitting) -> float:
    """Return the correction in stops; positive is brighter."""
    return sitting.grade.stops

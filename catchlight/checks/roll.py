"""How far the eyes are from level on the portrait."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head tilt left"
UNIT = "degrees"
SENTENCES = {
    "low": "The head is still tilted.",
    "high": "The head is still tilted.",
}


class Settings(Limits):
    """Limits in degrees."""

    low: float | None = -1.0
    high: float | None = 1.0


def measure(sitting: Sitting) -> float:
    """Return the roll of the portrait's eye line in degrees."""
    return sitting.face.roll

"""How far the head is turned to the side."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head turned"
UNIT = "degrees"
SENTENCES = {
    "low": "The head is turned to the side.",
    "high": "The head is turned to the side.",
    "far": "The face is seen from the side; send a photo that looks into the camera.",
}


class Settings(Limits):
    """Limits in degrees."""

    low: float | None = -25.0
    high: float | None = 25.0
    far_low: float | None = -38.0
    far_high: float | None = 38.0
    outlier: float | None = 4.5


def measure(sitting: Sitting) -> float:
    """Return yaw in degrees; positive is to the person's left."""
    return sitting.face.yaw

"""How far the head looks up or down."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head raised"
UNIT = "degrees"
SENTENCES = {
    "low": "The head looks down.",
    "high": "The head looks up.",
    "far": "The face looks away; send a photo that looks into the camera.",
}


class Settings(Limits):
    """Limits in degrees."""

    low: float | None = -20.0
    high: float | None = 20.0
    far_low: float | None = -32.0
    far_high: float | None = 32.0


def measure(sitting: Sitting) -> float:
    """Return pitch in degrees; positive looks up."""
    return sitting.face.pitch

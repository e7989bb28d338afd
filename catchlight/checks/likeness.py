"""How unlike the photo the portrait's face is, by a recogniser; nothing is stored."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Likeness distance"
UNIT = ""
SENTENCES = {
    "high": "The portrait's face differs from the photo's more than expected.",
    "far": "The portrait's face is not the photo's.",
}


class Settings(Limits):
    """Limits in plain numbers."""

    high: float | None = 0.35
    far_high: float | None = 0.55


def measure(sitting: Sitting) -> float:
    """Return the recogniser's distance between photo and portrait: 0 is the same face."""
    if sitting.likeness is None:
        message = "likeness is switched off"
        raise LookupError(message)
    return sitting.likeness

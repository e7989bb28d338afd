"""How unlike the photo the portrait's face is; what is compared exists in memory only."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Likeness distance"
UNIT = "% of the same-person limit"
SENTENCES = {
    "high": "The portrait's face differs from the photo's more than expected.",
    "far": "The portrait's face is not the photo's.",
}


class Settings(Limits):
    """Limits in percent of the engine's own limit."""

    high: float | None = 40.0
    far_high: float | None = 100.0


def measure(sitting: Sitting) -> float:
    """Return the distance between photo and portrait, in percent of the engine's same-person limit."""
    if sitting.likeness is None:
        message = "likeness is switched off"
        raise LookupError(message)
    return 100 * sitting.likeness

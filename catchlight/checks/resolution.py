"""How far the photo is enlarged."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Enlarged"
UNIT = "×"
SENTENCES = {
    "high": "The face is small in this photo and had to be enlarged more than twice; a larger photo would be sharper.",
    "far": "The face is too small in this photo; send one that is at least 600 pixels wide and shows you from the chest up.",
}


class Settings(Limits):
    """Limits in ×."""

    high: float | None = 2.01
    far_high: float | None = 4.0


def measure(sitting: Sitting) -> float:
    """Return portrait pixels per photo pixel."""
    return sitting.enlarged

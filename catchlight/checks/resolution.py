"""How far the photo is enlarged."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Enlarged"
UNIT = "×"
SENTENCES = {
    "high": "The face has few pixels in this photo and had to be enlarged more than twice; a photo with more pixels would be sharper.",
    "far": "The face has too few pixels in this photo; send one that is at least 600 pixels wide and shows you from the chest up.",
}


class Settings(Limits):
    """Limits in ×."""

    high: float | None = 2.01
    far_high: float | None = 4.0


def measure(sitting: Sitting) -> float:
    """Return portrait pixels per photo pixel."""
    return sitting.enlarged

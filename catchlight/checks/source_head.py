"""How much of the photo's height the head filled before."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head height before"
UNIT = "% of photo"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in % of photo."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return chin to crown on the source photo, in percent of the photo's height."""
    size = sitting.sheet.head.height / sitting.sheet.map.scale
    return 100 * size / sitting.subject.picture.shape[0]

"""How light the background was before."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._skin import lightness
from catchlight.sitting import Sitting

TITLE = "Background before"
UNIT = "L*"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in L*."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the median CIELAB lightness of what was behind the person in the photo, 0–100."""
    behind = (sitting.sheet.alpha < 0.02) & sitting.sheet.seen
    return lightness(sitting.sheet.picture, behind)

"""How light the background is now."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._skin import lightness
from catchlight.sitting import Sitting

TITLE = "Background"
UNIT = "L*"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in L*."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the median CIELAB lightness of the portrait's background, 0–100."""
    return lightness(sitting.portrait, sitting.alpha < 0.02)

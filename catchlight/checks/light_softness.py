"""How soft the edges of shadows are on the portrait."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Light softness"
UNIT = "of 1"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in of 1."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return 1 for no shadow edges, 0 for 1.5 stops within a tenth of the eye-to-chin length."""
    return lighting(sitting.light).light.softness

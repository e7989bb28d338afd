"""How well the light in the photo explains the brightness of the skin."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Light explained"
UNIT = "R²"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in R²."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the robust R² of the fit. A flat light leaves little to explain: see ``light_unexplained`` too."""
    return lighting(sitting.photo_light).light.explained

"""Where the light in the photo comes from: degrees above the face."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Light above in the photo"
UNIT = "degrees"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in degrees."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the dominant light's elevation in degrees; positive from above. The fit's first band (see ``light``)."""
    return lighting(sitting.photo_light).light.elevation

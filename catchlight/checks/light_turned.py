"""How far the light on the face was turned, as an angle between photo and portrait."""

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Light turned"
UNIT = "degrees"
SENTENCES: dict[str, str] = {
    "high": "The light in the photo came from quite another side: look whether the portrait is still like you.",
}


class Settings(Limits):
    """Limits in degrees."""

    high: float | None = 75.0


def measure(sitting: Sitting) -> float:
    """Return the angle between the light read from the photo and from the portrait, in degrees."""
    return lighting(sitting.photo_light).light.away(lighting(sitting.light).light.direction)

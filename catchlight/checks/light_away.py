"""How far the light on the portrait is from the preset's, as an angle."""

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.lamp import lamp
from catchlight.sitting import Sitting

TITLE = "Light off the preset"
UNIT = "degrees"
SENTENCES: dict[str, str] = {
    "high": "The light falls differently from the company's other portraits.",
}


class Settings(Limits):
    """Limits in degrees."""

    high: float | None = 25.0


def measure(sitting: Sitting) -> float:
    """Return the angle between the light read from the portrait and the preset's key, in degrees."""
    return lighting(sitting.light).light.away(lamp(sitting.preset.light).direction)

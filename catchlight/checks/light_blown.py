"""How much of the skin is too bright in the photo to carry another light; past the limit the light stays."""

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Face burnt out"
UNIT = "% of it"
SENTENCES: dict[str, str] = {
    "high": "The face is over-exposed in the photo, so its light stays as it was.",
}


class Settings(Limits):
    """Limits in % of the skin."""

    high: float | None = 30.0


def measure(sitting: Sitting) -> float:
    """Return the share of skin in which a channel of linear light is above 0.9, in percent."""
    return 100 * lighting(sitting.photo_light).lit.blown

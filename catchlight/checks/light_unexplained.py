"""What the light in the photo leaves unexplained; past the limit the light stays as it was."""

from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.sitting import Sitting

TITLE = "Light unexplained"
UNIT = "% of the mean"
SENTENCES: dict[str, str] = {
    "high": "The light in the photo is too uneven to be changed, so it stays as it was.",
}


class Settings(Limits):
    """Limits in % of the mean."""

    high: float | None = 25.0


def measure(sitting: Sitting) -> float:
    """Return the residual of the fit as a share of skin's mean luminance, in percent."""
    return 100 * lighting(sitting.photo_light).light.unexplained

"""How sharp the photo's face is, whatever its size."""

from catchlight.checks import Limits
from catchlight.quality import focus
from catchlight.sitting import Sitting

TITLE = "Sharpness"
UNIT = "log units"
SENTENCES = {
    "low": "The photo is a little soft.",
    "far": "The photo is out of focus or blurred; send a sharp one.",
}


class Settings(Limits):
    """Limits in log units."""

    low: float | None = 1.6
    far_low: float | None = 0.9
    outlier: float | None = 4.5


def measure(sitting: Sitting) -> float:
    """Return the focus of the photo's face, as ``quality`` measures it to choose between photos."""
    return focus(sitting.subject)

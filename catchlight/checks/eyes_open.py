"""How far the eyes are open."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Eyes open"
UNIT = "% of eye to chin"
SENTENCES = {
    "low": "The eyes look closed, or glasses hide them.",
}


class Settings(Limits):
    """Limits in % of eye to chin."""

    low: float | None = 2.4
    outlier: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return the smaller lid distance over the eye-to-chin length (OFIQ-style), in percent."""
    face = sitting.subject.face
    return 100 * min(face.right_lids, face.left_lids) / face.eye_to_chin

"""How large the second face in the photo is beside the subject's."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Second face"
UNIT = "% of the first"
SENTENCES = {
    "high": "Another person is almost as large in the photo: make sure that this is the right one.",
}


class Settings(Limits):
    """Limits in % of the first."""

    high: float | None = 25.0


def measure(sitting: Sitting) -> float:
    """Return the area of the second-largest face as a share of the subject's, in percent."""
    first, *others = sitting.subject.faces
    return 100 * max((face.area for face in others), default=0.0) / first.area

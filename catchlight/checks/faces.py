"""How large the second face in the photo is beside the subject's."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Second face"
UNIT = "% of the first"
SENTENCES = {
    "high": "Another face in the photo is large: make sure that this is the right one.",
    "far": "Another face in the photo is about as large; send a photo of you alone.",
}


class Settings(Limits):
    """Limits in % of the first. Past ``far_high`` nobody can tell whose portrait it is to be; people behind are smaller."""

    high: float | None = 25.0
    far_high: float | None = 60.0


def measure(sitting: Sitting) -> float:
    """Return the area of the second-largest face as a share of the subject's, in percent."""
    first, *others = sitting.subject.faces
    return 100 * max((face.area for face in others), default=0.0) / first.area

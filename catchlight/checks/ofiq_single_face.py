"""OFIQ-style: how large the second face in the photo is."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style single face present"
UNIT = "share of the first"
SENTENCES = {
    "high": "Somebody else is in the photo; send one that shows you alone.",
}
FORMULA = MEASURES["single_face"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the area of the photo's second-largest face over the subject's."""
    first, *others = sitting.subject.faces
    return max((face.area for face in others), default=0.0) / first.area


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["single_face"].score(raw)

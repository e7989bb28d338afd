"""OFIQ-style: how far the eyes are open."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.sitting import Sitting

TITLE = "OFIQ-style eyes open"
UNIT = "share of eye to chin"
SENTENCES = {
    "low": "The eyes look closed, or glasses hide them; send a photo with open eyes.",
}
FORMULA = MEASURES["eyes_open"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the smaller lid distance over eye to chin, from the photo, where the lids are looked at closely."""
    face = sitting.subject.face
    return min(face.right_lids, face.left_lids) / face.eye_to_chin


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["eyes_open"].score(raw)

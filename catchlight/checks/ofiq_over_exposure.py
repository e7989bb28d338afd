"""OFIQ-style: how much of the face is burnt out."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, over_exposure
from catchlight.sitting import Sitting

TITLE = "OFIQ-style over-exposure prevention"
UNIT = "share of face"
SENTENCES = {
    "high": "Parts of the face are burnt out; send a photo taken in softer light.",
}
FORMULA = MEASURES["over_exposure"].formula


class Settings(Limits):
    """Advice."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the share of the portrait's face from 97 % of white."""
    return over_exposure(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["over_exposure"].score(raw)

"""OFIQ-style: how natural the colour of the cheeks is."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import aligned, natural_colour
from catchlight.sitting import Sitting

TITLE = "OFIQ-style natural colour"
UNIT = "CIELAB units"
SENTENCES = {
    "high": "The photo has a colour cast; send one taken in daylight.",
}
NEVER_COUNTS = True
FORMULA = MEASURES["natural_colour"].formula


class Settings(Limits):
    """For information: it never counts."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the cheeks' distance from the standard's range, which not all skin lies in: it never counts."""
    return natural_colour(aligned(sitting))


def score(raw: float) -> int:
    """Return the raw value as 0–100."""
    return MEASURES["natural_colour"].score(raw)

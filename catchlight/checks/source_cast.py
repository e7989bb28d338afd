"""How far white things in the photo are from neutral: white cloth, else the whites of the eyes. Never skin."""

from typing import Literal

import numpy as np

from catchlight.checks import Limits
from catchlight.correction import white_of
from catchlight.sitting import Sitting

TITLE = "Colour cast in the photo"
UNIT = "CIELAB units"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in CIELAB units."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the chroma of what should be neutral, in CIELAB a and b (see ``neutrals``)."""
    return float(np.hypot(*white_of(sitting.negative).cast))

"""How far white things in the portrait are from neutral: white cloth, else the whites of the eyes. Never skin."""

import numpy as np

from catchlight import framing, neutrals
from catchlight.checks import Limits
from catchlight.checks._skin import is_monochrome
from catchlight.sitting import Sitting

TITLE = "Colour cast"
UNIT = "CIELAB units"
SENTENCES: dict[str, str] = {
    "high": "White things in the portrait have a colour cast that could not be taken out.",
}


class Settings(Limits):
    """Limits in CIELAB units."""

    high: float | None = 12.0


def measure(sitting: Sitting) -> float:
    """Return the chroma of what should be neutral, in CIELAB a and b (see ``neutrals``)."""
    to = sitting.negative.sheet_map
    there = framing.between(sitting.negative.map(sitting.portrait.shape[0]), to)
    if is_monochrome(sitting.subject.picture):
        message = "the photo is black and white"
        raise LookupError(message)
    shown = there.warp(np.ones(sitting.portrait.shape[:2], np.uint8), outside=0.0) > 0
    person = (sitting.sheet.alpha > 0.95) & sitting.sheet.seen & shown
    seen = neutrals.find(
        np.ascontiguousarray(there.warp(sitting.portrait)), sitting.subject.face.moved(to.matrix), person
    )
    return float(np.hypot(*seen.cast))

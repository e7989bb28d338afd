"""How large the largest patch at the outline is that is half there: a veil of the old background."""

import cv2
import numpy as np
from jaxtyping import Bool

from catchlight import second_look
from catchlight.checks import Limits
from catchlight.haze import haze, veils
from catchlight.pixels import to_srgb
from catchlight.printing import ground
from catchlight.second_look import ROWS
from catchlight.sitting import Sitting

TITLE = "Haze at the outline"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "A veil of the photo's background seems to have stayed beside the person: look at the edges.",
}


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 0.085


def measure(sitting: Sitting) -> float:
    """Return its area in percent of a square of the head's height; 0 where the background stayed."""
    change = sitting.change
    if change.keeps_behind:
        return 0.0
    if change.painting and change.painting.region.behind:
        message = "the background is painted"
        raise LookupError(message)
    return second_look.of_head(
        second_look.largest(_found(sitting)), len(sitting.portrait), sitting.head.height
    )


def _found(sitting: Sitting) -> Bool[np.ndarray, "512 w"]:
    """Return the haze; most portraits have no wide patch that is half there, and nothing more is looked at."""
    rows, columns = sitting.alpha.shape
    size = round(ROWS * columns / rows), ROWS
    unit = (sitting.head.chin - sitting.head.eyes) * ROWS / rows
    veiled = veils(cv2.resize(sitting.alpha, size, interpolation=cv2.INTER_AREA), unit)
    if not veiled.any():
        return veiled
    portrait = cv2.resize(sitting.portrait, size, interpolation=cv2.INTER_AREA)
    behind = ground(sitting.negative, sitting.change, *size, (0, ROWS))
    return haze(portrait, veiled, to_srgb(behind), unit)

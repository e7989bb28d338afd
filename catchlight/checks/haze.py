"""How large the largest patch at the outline is that is half there: a veil of the old background."""

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
    if change.paints_behind:
        message = "the background is painted"
        raise LookupError(message)
    return second_look.of_head(
        second_look.largest(_found(sitting)), len(sitting.portrait), sitting.head.height
    )


def _found(sitting: Sitting) -> Bool[np.ndarray, "512 w"]:
    """Return the haze; most portraits have no wide patch that is half there, and nothing more is looked at."""
    portrait, alpha = second_look.reduced(sitting.portrait, sitting.alpha)
    unit = (sitting.head.chin - sitting.head.eyes) * ROWS / len(sitting.portrait)
    veiled = veils(alpha, unit)
    if not veiled.any():
        return veiled
    behind = ground(sitting.negative, sitting.change, portrait.shape[1], ROWS, (0, ROWS))
    return haze(portrait, veiled, to_srgb(behind), unit)

"""How much the most visible fleck beside the person shows: half there, and in none of the person's colours."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight import second_look
from catchlight.checks import Limits
from catchlight.pixels import to_srgb
from catchlight.printing import smooth_ground
from catchlight.second_look import ROWS
from catchlight.sitting import Sitting

TITLE = "Flecks beside the person"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "A fleck of another colour shows beside the person on this ground: look at the edges.",
}
_ABOVE, _BELOW = 0.1, 0.5  # T, from eyes to chin: so far over the crown and below the chin it is looked for


class Settings(Limits):
    """Limits in % of the head's square; what the ground hides counts less."""

    high: float | None = 0.06


def measure(sitting: Sitting) -> float:
    """Return its area in percent of a square of the head's height; 0 where the background stayed."""
    from catchlight.flecks import flecks  # noqa: PLC0415  loads SciPy, which only workers need

    change = sitting.change
    if change.keeps_behind:
        return 0.0
    if change.paints_behind:
        message = "the background is painted"
        raise LookupError(message)
    found = flecks(*_head(sitting))
    return second_look.of_head(_most(found), len(sitting.portrait), sitting.head.height)


def _head(sitting: Sitting) -> tuple[Any, ...]:
    """Return what :func:`flecks` asks for, of the rows from over the crown to below the chin."""
    negative, scale = sitting.negative, ROWS / len(sitting.portrait)
    portrait, alpha = second_look.reduced(sitting.portrait, sitting.alpha)
    width, unit = portrait.shape[1], (sitting.head.chin - sitting.head.eyes) * scale
    top = max(0, int(sitting.head.crown * scale - _ABOVE * unit))
    rows = slice(top, int(sitting.head.chin * scale + _BELOW * unit))
    behind = to_srgb(smooth_ground(negative, sitting.change, width, ROWS, (0, ROWS))[rows])
    seen = negative.seen(replace(negative.map(ROWS), width=width))
    return portrait[rows], alpha[rows], behind, seen[rows], sitting.face.oval * scale - [0, top], unit


def _most(shows: Float32[np.ndarray, "h w"]) -> float:
    """Return the sum of the piece that shows most, in squares of the portrait's height."""
    _, pieces = cv2.connectedComponents((shows > 0).astype(np.uint8))
    return float(np.bincount(pieces.ravel(), shows.ravel())[1:].max(initial=0)) / ROWS**2

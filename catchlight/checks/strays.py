"""How large the largest piece is that was kept at the outline, or in the hair, in a colour of the old background."""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, Float

from catchlight import framing, second_look
from catchlight.checks import Limits
from catchlight.second_look import ROWS
from catchlight.sitting import Sitting

TITLE = "Colour of the background at the outline"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "A strip or a spot in the colour of the photo's background seems to have stayed: look at the edges.",
}


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 0.016


def measure(sitting: Sitting) -> float:
    """Return its area in percent of a square of the head's height; 0 where the background stayed."""
    from catchlight.strays import strays  # noqa: PLC0415  loads SciPy, which only workers need

    if sitting.change.keeps_behind:
        return 0.0
    negative, head, rows = sitting.negative, sitting.head, len(sitting.portrait)
    portrait, alpha = second_look.reduced(sitting.portrait, sitting.alpha)
    to = replace(negative.map(ROWS), width=portrait.shape[1])
    unit = (head.chin - head.eyes) * ROWS / rows
    hair = _hair(alpha.shape, sitting.face.oval * ROWS / rows, head.chin * ROWS / rows)
    found = strays(framing.level(negative.picture, to), portrait, alpha, negative.seen(to), unit, hair)
    return second_look.of_head(second_look.largest(found), rows, head.height)


def _hair(shape: tuple[int, ...], oval: Float[np.ndarray, "n 2"], chin: float) -> Bool[np.ndarray, "h w"]:
    """Return what lies above the chin and outside the face."""
    rows = np.zeros(shape, np.uint8)
    rows[: max(0, int(chin))] = 1
    return cv2.fillPoly(rows, [cv2.convexHull(np.round(oval).astype(np.int32))], (0,)) > 0

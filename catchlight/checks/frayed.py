"""How much is half there close beside the face, where ears, temples and jaw end at once: a usual edge reads 0.3 to 0.45."""

import cv2
import numpy as np
from jaxtyping import Float, Float32

from catchlight import second_look
from catchlight.checks import Limits
from catchlight.part import around
from catchlight.sitting import Sitting

TITLE = "Edge of the face"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "Ears, temples or jaw have no clear edge in the portrait: look at the edges.",
}
_BESIDE = 0.2  # T, from eyes to chin: so far around the face's outline
_HALF = 0.15, 0.9  # alpha


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 0.85


def measure(sitting: Sitting) -> float:
    """Return its area above the chin, a pixel counted by how much of it is unsure; 0 where the background stayed."""
    if sitting.change.keeps_behind:
        return 0.0
    if sitting.change.painting:
        message = "a part of the portrait is painted"
        raise LookupError(message)
    _, alpha = second_look.reduced(sitting.portrait, sitting.alpha)
    scale, head = second_look.ROWS / len(sitting.portrait), sitting.head
    rows = slice(0, max(1, int(head.chin * scale)))
    found = area(alpha[rows], sitting.face.oval * scale, (head.chin - head.eyes) * scale)
    return 100 * found / (head.height * scale) ** 2


def area(alpha: Float32[np.ndarray, "h w"], oval: Float[np.ndarray, "n 2"], unit: float) -> float:
    """Return the same in pixels; ``oval`` is the face's outline, ``unit`` the length from eyes to chin."""
    outside = cv2.fillPoly(
        np.ones(alpha.shape, np.uint8), [cv2.convexHull(np.round(oval).astype(np.int32))], (0,)
    )
    part = around(outside == 0, int(_BESIDE * unit) + 1)
    near, share = cv2.distanceTransform(outside[part], cv2.DIST_L2, 5) < _BESIDE * unit, alpha[part]
    half = near & (share > _HALF[0]) & (share < _HALF[1])
    return float(np.minimum(share, 1 - share)[half].sum())

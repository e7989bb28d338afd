"""How unsure the matte is of the person's outline.

Known without the true outline: where the solver cannot tell, alpha stays between 0 and 1 over a wide rim.
benchmarks/matte_quality.py measures how well this predicts the true error and what a person sees.
"""

import cv2
import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Unsure outline"
UNIT = "% of eye to chin"
SENTENCES = {
    "high": "The outline is unsure in places (fine hair, or a background of the same colour): look at the edges.",
}
SHOULDERS = 0.8  # how far below the chin the outline counts, in eye-to-chin lengths


class Settings(Limits):
    """Limits in % of the length from eyes to chin; the default lets no outline through that looks bad."""

    high: float | None = 2.15
    outlier: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return the mean width of the half-transparent outline of head and shoulders on the sheet, in percent.

    Width is the area of 4·alpha·(1 − alpha) over the length of the outline. Fine hair is wide too: past
    the limit a person looks, nothing is refused.
    """
    sheet = sitting.sheet
    return width(sheet.alpha, sheet.seen, sheet.head.chin, sheet.head.chin - sheet.head.eyes)


def width(alpha: np.ndarray, seen: np.ndarray, chin: float, unit: float) -> float:
    """Return the same for a matte; ``unit`` is the eye-to-chin length, ``chin`` its row."""
    rows = slice(0, max(1, int(chin + SHOULDERS * unit)))
    a, photo = alpha[rows], seen[rows]
    solid = (a > 0.5).astype(np.uint8)
    rim = cv2.morphologyEx(solid, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    outline = float((rim & photo).sum()) / 2
    return 100 * float((4 * a * (1 - a))[photo].sum()) / max(outline, 1.0) / unit

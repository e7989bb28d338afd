"""How much of the person's outline is neither person nor background."""

import cv2
import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Unsure outline"
UNIT = "% of head height"
SENTENCES = {
    "high": "The outline is unsure in places (fine hair, or a background of the same colour): look at the edges.",
}


class Settings(Limits):
    """Limits in % of head height."""

    high: float | None = 9.0
    outlier: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return the mean width of the half-transparent outline, in percent of the head's height.

    Width is the area of 4·alpha·(1 − alpha) over the length of the outline. Fine hair is wide too:
    past the limit a person looks, nothing is refused.
    """
    alpha = cv2.resize(
        sitting.alpha,
        None,
        fx=256 / sitting.alpha.shape[0],
        fy=256 / sitting.alpha.shape[0],
        interpolation=cv2.INTER_AREA,
    )
    outline = (
        float(
            (
                cv2.morphologyEx(
                    (alpha > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
                )
                > 0
            ).sum()
        )
        / 2
    )
    unsure = float((4 * alpha * (1 - alpha)).sum())
    return 100 * unsure / max(outline, 1.0) / (256 * sitting.head.height / sitting.alpha.shape[0])

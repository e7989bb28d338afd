"""How much of the head's outline is cut off by the photo's edge."""

import cv2
import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Head cut off"
UNIT = "% of head height"
SENTENCES = {
    "high": "The photo cuts off part of the head or hair.",
    "far": "The photo cuts off the head; send one with room above and beside it.",
}


class Settings(Limits):
    """Limits in % of head height."""

    high: float | None = 4.0
    far_high: float | None = 60.0


def measure(sitting: Sitting) -> float:
    """Return the length of the photo's edge that runs through the head above the mouth, in percent of its height."""
    size = 256 / sitting.alpha.shape[0]
    solid = cv2.resize(sitting.alpha, None, fx=size, fy=size, interpolation=cv2.INTER_AREA) > 0.5
    seen = (
        cv2.resize(
            sitting.seen.astype(np.float32), (solid.shape[1], solid.shape[0]), interpolation=cv2.INTER_AREA
        )
        > 0.5
    )
    rim = seen & (cv2.erode(seen.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) == 0)
    cut = float((rim & solid)[: int((sitting.head.chin - 0.22 * sitting.head.height) * size)].sum())
    top = float(solid[0].sum()) if sitting.sheet.head.cut else 0.0
    return 100 * (cut + top) / (256 * sitting.head.height / sitting.alpha.shape[0])

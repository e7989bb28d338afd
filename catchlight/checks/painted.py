"""How much of the portrait a model painted."""

import numpy as np

from catchlight import plate
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Painted"
UNIT = "% of the portrait"
SENTENCES = {"high": "A model painted a part of this picture, the face not: look at it before you say yes."}
OF_PAINTING = True  # says that there is a painting, not how good it is
ALWAYS_COUNTS = True  # no preset can waive that a person looks


class Settings(Limits):
    """Whatever was painted, a person looks at it."""

    high: float | None = 0.0


def measure(sitting: Sitting) -> float:
    """Return the share of the portrait's pixels that may differ from the photo because a model painted them, in percent."""
    painting = sitting.change.painting
    if painting is None:
        return 0.0
    region, (height, width) = painting.region, sitting.alpha.shape
    painted = np.maximum.reduce(
        [plate.enlarge(s, width, height) for s in (region.beyond, region.body, region.ring)]
    )
    if region.behind:
        painted = np.maximum(painted, 1 - sitting.alpha)
    return 100 * float((painted * ~(plate.enlarge(region.kept.astype(np.float32), width, height) > 0)).mean())

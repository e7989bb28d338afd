"""How bright the brightest parts of the face are."""

import numpy as np

from catchlight.checks import Limits
from catchlight.checks._skin import face_luminance
from catchlight.sitting import Sitting

TITLE = "Face highlights"
UNIT = "% of white"
SENTENCES = {
    "low": "The face is dark in this photo.",
    "far": "The face is too dark in this photo; send one taken in better light.",
}


class Settings(Limits):
    """Limits in % of white."""

    low: float | None = 10.0
    far_low: float | None = 3.0


def measure(sitting: Sitting) -> float:
    """Return the 95th percentile of the source face's linear luminance, in percent of white.

    Highlights, not the median: how dark somebody's skin is says nothing about exposure.
    """
    return float(np.percentile(face_luminance(sitting), 95)) * 100

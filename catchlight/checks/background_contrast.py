"""How far background and face are apart in luminance."""

import numpy as np

from catchlight.checks import Limits
from catchlight.checks._skin import luminance_inside
from catchlight.pixels import among, luminance, to_linear
from catchlight.sitting import Sitting

TITLE = "Background contrast"
UNIT = "% of the brighter"
SENTENCES = {
    "low": "Face and background are too alike in brightness for this preset.",
}


class Settings(Limits):
    """Limits in % of the brighter."""

    low: float | None = 30.0


def measure(sitting: Sitting) -> float:
    """Return |background − face| / the brighter of both, median linear luminance, in percent."""
    face = float(np.median(luminance_inside(sitting.portrait, sitting.face)))
    step = max(1, sitting.alpha.shape[0] // 400)
    clear = among(sitting.portrait, sitting.alpha < 0.01, step)
    if not len(clear):
        return 0.0
    behind = float(np.median(luminance(to_linear(clear[None]))))
    return 100 * abs(behind - face) / max(behind, face, 1e-6)

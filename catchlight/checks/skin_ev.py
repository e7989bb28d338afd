"""How much lighter or darker the skin became."""

import numpy as np

from catchlight import framing
from catchlight.checks import Limits
from catchlight.checks._light import lighting
from catchlight.pixels import luminance, to_linear
from catchlight.sitting import Sitting

TITLE = "Face lighter or darker"
UNIT = "stops"
SENTENCES: dict[str, str] = {
    "low": "The face became darker than the photo shows it.",
    "high": "The face became lighter than the photo shows it.",
    "far": "The face became far lighter or darker than the photo shows it.",
}


class Settings(Limits):
    """Limits in stops."""

    low: float | None = -0.25
    high: float | None = 0.25


def measure(sitting: Sitting) -> float:
    """Return log2 of the median linear luminance of skin after over before, on the same pixels.

    The same bounds for every tone of skin: nothing aims at a tone.
    """
    lit = lighting(sitting.photo_light).lit
    to = framing.between(sitting.negative.map(sitting.portrait.shape[0]), lit.relief.map)
    after = luminance(to_linear(np.ascontiguousarray(to.warp(sitting.portrait))))[lit.skin]
    return float(np.log2(max(float(np.median(after)), 1e-6) / lit.level))

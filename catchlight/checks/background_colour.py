"""How far the portrait's background is from the preset's."""

import numpy as np

from catchlight import backdrop
from catchlight.checks import Limits
from catchlight.pixels import to_srgb
from catchlight.sitting import Sitting

TITLE = "Background colour"
UNIT = "ΔE00 from preset"
SENTENCES = {
    "high": "The background is not the brand's.",
}


class Settings(Limits):
    """Limits in ΔE00 from preset."""

    high: float | None = 1.0


def measure(sitting: Sitting) -> float:
    """Return the mean CIEDE2000 difference over pixels that are surely background."""
    from skimage.color import deltaE_ciede2000, rgb2lab  # noqa: PLC0415  only workers need it

    if sitting.change.paints_behind:
        message = "the background is painted"
        raise LookupError(message)
    every = max(1, min(sitting.alpha.shape) // 400)
    clear = every * np.argwhere(sitting.alpha[::every, ::every] < 0.005)
    if not len(clear):
        return 0.0
    rows, columns = clear[:: max(1, len(clear) // 1500)].T
    height, width = sitting.alpha.shape
    wanted = to_srgb(backdrop.sample(sitting.preset.background, width, height, rows, columns)[None])
    there = sitting.portrait[rows, columns][None]
    return float(deltaE_ciede2000(rgb2lab(there), rgb2lab(wanted)).mean())

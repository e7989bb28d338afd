"""Pockets: the background in a loop of hair, or between hair and neck, which the matte kept as solid as the person.

By place they are surely the person's, and a colour that is taken for the person's own is never told. So what has nearly a
colour of those behind is not learned from, and is asked about by all that is left. Large pieces are cloth in the wall's
colour, and so may be what is below the chin.
"""

import cv2
import numpy as np
from jaxtyping import Bool

from catchlight.colours_near import Known, near, places

FAR = 20.0  # CIELAB units to the person's colours from which on it is none of them
SHARE = 0.8  # of that, at most, lies a colour of the background
_ALIKE = 30.0  # CIELAB units to a colour behind, in shadow and with hair before it
_LARGE = 0.055  # T², from eyes to chin: larger is no pocket
_THIN = 3  # pixels: what is thinner may be missed


def pockets(behind: Known, among: Bool[np.ndarray, "h w"], unit: float) -> Bool[np.ndarray, "h w"]:
    """Return what of the solid hair and neck (``among``) may be the background, with a narrow rim.

    ``unit`` is the length from eyes to chin in pixels.
    """
    at, alike = places(among, _THIN), np.zeros_like(among)
    alike[tuple(at[behind.away(at, at_most=_ALIKE) < _ALIKE].T)] = True
    alike = near(alike) & among
    _, labels, stats, _ = cv2.connectedComponentsWithStats(alike.view(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < _LARGE * unit**2
    return alike & small[labels]

"""A second look at the finished portrait: what was kept of the photo's surroundings shows once they are gone.

In the photo a flag behind a shoulder may pass for a part of the person. Alone on an even ground it does not.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture, Segmenter

_ROWS = 512  # pixels: the portrait is looked at this size
_GROUND = (235, 235, 238)  # sRGB, the same whatever the preset's is
_LEAST = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))  # what is thinner is hair or rim


def scraps(
    portrait: OtherPicture, alpha: Float32[np.ndarray, "h w"], segmenter: Segmenter
) -> Bool[np.ndarray, "H W"]:
    """Return what belongs to the person by ``alpha`` and to nobody by a second look, at 512 rows."""
    size = (round(_ROWS * portrait.shape[1] / portrait.shape[0]), _ROWS)
    small, share = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (portrait, alpha))
    return doubted(small, np.asarray(share, np.float32), segmenter)


def doubted(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], segmenter: Segmenter
) -> Bool[np.ndarray, "h w"]:
    """Return the same for a picture of about 512 rows."""
    ground = cv2.rectangle(np.empty_like(picture), (0, 0), picture.shape[1::-1], _GROUND, cv2.FILLED)
    alone = cv2.blendLinear(picture, ground, alpha, 1 - alpha)
    found = (alpha > 0.5) & (segmenter.segment(alone) < 0.5)
    return cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_OPEN, _LEAST) > 0


def of_head(piece: float, rows: int, head: float) -> float:
    """Return a piece, in squares of a picture's ``rows``, in percent of a square of the ``head``'s height."""
    return 100 * piece * (rows / head) ** 2


def largest(found: Bool[np.ndarray, "H W"]) -> float:
    """Return the area of the largest piece, in squares of the picture's height."""
    if not found.any():
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    return float(stats[1:, cv2.CC_STAT_AREA].max(initial=0)) / found.shape[0] ** 2

"""Where the photo has the same colour on both sides of the outline, so that the outline can only be guessed."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32


def alike(
    lab: Float32[np.ndarray, "h w 3"],
    own: Bool[np.ndarray, "h w"],
    behind: Bool[np.ndarray, "h w"],
    *,
    around: float,
    at_most: float,
    least: float,
) -> Bool[np.ndarray, "h w"]:
    """Return where the mean colours of the pixels of both sides ``around`` (pixels) are less than ``at_most`` apart.

    ``lab`` is CIELAB, its lightness perhaps weighed. Nothing is known where one side has no more than a share ``least`` of the pixels around.
    """
    (mine, some), (theirs, others) = (
        _mean(lab, side.astype(np.float32), around, least) for side in (own, behind)
    )
    apart = mine - theirs
    near: Bool[np.ndarray, "h w"] = cv2.transform(apart * apart, np.ones((1, 3))) < at_most**2
    return near & (some > least) & (others > least)


def _mean(
    lab: Float32[np.ndarray, "h w 3"], side: Float32[np.ndarray, "h w"], around: float, least: float
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w"]]:
    """Return the mean colour of one side's pixels around each, and their share."""
    share, total = (cv2.GaussianBlur(each, (0, 0), around) for each in (side, lab * side[..., None]))
    return total / np.maximum(share, least)[..., None], share

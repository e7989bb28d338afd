"""The soft shadow that a person leaves on the ground behind, so that nobody looks pasted onto it."""

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight import plate
from catchlight.pixels import in_all
from catchlight.plate import Rows

DEEPEST = 0.36  # how much darker the ground is where the shadow is full, at strength 1
_CHUNK = 32
_SIDE = 96  # height of the map, pixels
_REACH = 0.045  # how far the shadow moves away from the key light, share of the frame height


def cast(
    alpha: Float32[np.ndarray, "h w"],
    strength: float,
    softness: float = 0.5,
    azimuth: float = 0.0,
    elevation: float = 40.0,
) -> Float32[np.ndarray, "a b"]:
    """Return the shadow as a small map of gains of linear light, 1 − DEEPEST to 1, for :func:`fall`.

    The person's alpha moves away from a key light at ``azimuth`` (degrees, > 0 from the picture's
    right) and ``elevation``, and is blurred by the size of the lamp, ``softness`` 0–1. What the
    frame cuts off goes on casting.
    """
    height, width = alpha.shape
    size = max(1, round(_SIDE * width / height)), _SIDE
    step = max(1, height // (4 * _SIDE))
    small = cv2.resize(alpha[::step, ::step], size, interpolation=cv2.INTER_AREA)
    side, down = np.sin(np.radians([azimuth, elevation])) * _REACH * _SIDE
    moved = cv2.warpAffine(
        small, np.array([[1.0, 0, -side], [0, 1.0, down]]), size, borderMode=cv2.BORDER_REPLICATE
    )
    soft = cv2.GaussianBlur(moved, (0, 0), (0.02 + 0.06 * softness) * _SIDE, borderType=cv2.BORDER_REPLICATE)
    return (1 - np.clip(soft, 0, 1) * np.float32(strength * DEEPEST)).astype(np.float32)


def fall(
    behind: Float32[np.ndarray, "h w 3"],
    gain: Float32[np.ndarray, "a b"],
    height: int,
    rows: Rows | None = None,
) -> Float32[np.ndarray, "h w 3"]:
    """Return some rows (first, end) of a ground, in a frame of ``height``, with the shadow of :func:`cast` on them."""
    if gain.min() == 1:
        return behind
    cover = plate.enlarge(gain, behind.shape[1], height, rows)
    fallen = np.empty_like(behind)
    for top in range(0, len(behind), _CHUNK):  # so few rows that they stay in the processor's cache
        part = slice(top, top + _CHUNK)
        cv2.multiply(behind[part], in_all(cover[part]), dst=fallen[part])
    return fallen

"""Whether two pictures show the same: places encode and scale what they are given, so bytes say nothing."""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight.decoding import decode
from catchlight.errors import PhotoError

SAME_BELOW = 8.0  # CIELAB units; a copy of 96 pixels is up to 5 away, another person 23 at least
_SIDE = 16
_BLOCK = 4


def alike(sent: bytes, there: bytes) -> bool:
    """Whether a place shows what it was sent, scaled and encoded anew; a file that is no picture is not it."""
    try:
        return difference(sent, there) < SAME_BELOW
    except PhotoError:
        return False


def difference(one: bytes, other: bytes) -> float:
    """Return how far two pictures differ, in CIELAB units: RMS over the worst of sixteen parts, at 16 × 16 pixels.

    The worst part and not the mean: portraits of one company differ in little but the face. PhotoError
    for what is no picture; infinite when their shapes differ by more than a twentieth.
    """
    first, second = _small(one), _small(other)
    if abs(np.log(first[1] / second[1])) > 0.05:
        return float("inf")
    square = ((first[0] - second[0]) ** 2).sum(-1)
    parts = square.reshape(_SIDE // _BLOCK, _BLOCK, _SIDE // _BLOCK, _BLOCK).mean((1, 3))
    return float(np.sqrt(parts.max()))


@lru_cache(maxsize=16)  # the same pictures are compared before they are sent, after, and at the end
def _small(data: bytes) -> tuple[Float32[np.ndarray, "16 16 3"], float]:
    """Return a picture in CIELAB at 16 × 16 pixels, and its width over its height."""
    picture = decode(data).picture
    small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(
        255
    )
    return cv2.cvtColor(small, cv2.COLOR_RGB2LAB), picture.shape[1] / picture.shape[0]

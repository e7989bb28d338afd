"""The Rembrandt triangle: a lit patch on the shadow cheek, closed in by the shadows of nose and cheek."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.relief import Relief

_DARK = 0.6  # what surrounds the patch has at most this share of its luminance
_WIDEST, _LOWEST, _HIGHEST = 0.70, 0.25, 0.80  # eye distances


@dataclass(frozen=True, slots=True)
class Patch:
    """The lit patch of the shadow cheek down to 60 % of its luminance: width and height in eye distances."""

    width: float
    height: float

    @property
    def is_triangle(self) -> bool:
        """Whether it is what portrait lighting calls a Rembrandt triangle: an island no wider than an eye is far."""
        return self.width <= _WIDEST and _LOWEST <= self.height <= _HIGHEST

    @property
    def is_clear(self) -> bool:
        """Whether it is one with some room to spare."""
        return self.width <= 0.9 * _WIDEST and _LOWEST <= self.height <= 0.93 * _HIGHEST


def find(shade: Float32[np.ndarray, "h w"], relief: Relief, key_side: int, dark: float = _DARK) -> Patch:
    """Return the lit patch on the cheek away from the key; ``key_side`` is −1 for a key on the picture's left.

    Where shadows do not close, the patch runs on into the lit side and is wide.
    ``dark`` is the most that may be around it, as a share of its luminance. LookupError when that
    cheek cannot be seen.
    """
    cheek, unit = _cheek(relief, key_side), relief.at.eye_distance
    if cheek.sum() < 50:
        message = "the cheek away from the key cannot be seen"
        raise LookupError(message)
    smooth = cv2.GaussianBlur(shade, (0, 0), 0.03 * unit)
    level = float(np.percentile(smooth[cheek], 90))
    lit = ((smooth > dark * level) & relief.face).astype(np.uint8)
    lit = cv2.morphologyEx(lit, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lit, connectivity=4)
    inside = np.bincount(labels[cheek & (lit > 0)], minlength=len(stats))
    inside[0] = 0
    best = int(inside.argmax())
    if not inside[best]:
        return Patch(0.0, 0.0)
    width, height = (float(stats[best, key]) / unit for key in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
    return Patch(width, height)


def shade(square: Float32[np.ndarray, " n"]) -> Float32[np.ndarray, " m"]:
    """Return what of a shadow cheek's luminances is no triangle: 60 % of its brightest at most, at least a tenth of it."""
    dark = max(_DARK * float(np.percentile(square, 90)), float(np.percentile(square, 10)))
    return square[square <= dark]


def ratio(luminance: Float32[np.ndarray, "h w"], relief: Relief, key_side: int) -> float:
    """Return key cheek to the shadow around the triangle: medians over the squares of ISO/IEC 29794-5.

    LookupError when a cheek cannot be seen.
    """
    near, far = (luminance[cheek] for cheek in relief.cheeks[::-key_side])
    if not near.size or not far.size:
        message = "a cheek cannot be seen"
        raise LookupError(message)
    return float(np.median(near)) / max(float(np.median(shade(far))), 1e-3)


def _cheek(relief: Relief, key_side: int) -> Bool[np.ndarray, "h w"]:
    """Return the cheek away from the key, from below the eye to the mouth, beside the ridge of the nose."""
    at, (rows, columns) = relief.at, np.indices(relief.face.shape)
    unit, mouth = at.eye_distance, (at.mouth_right + at.mouth_left) / 2
    low, high = float(at.eyes[1]) + 0.15 * unit, float(mouth[1])
    aside = -key_side * (columns - float(at.nose[0]))
    return relief.face & (rows > low) & (rows < high) & (aside > 0.1 * unit)

"""Haze: a patch that is half there, wide and even: wall or shadow that the matte could not let go. Hair is fine or uneven."""

import math

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture
from catchlight.part import around
from catchlight.pixels import to_lab

_FAINT, _SOLID = 0.05, 0.92  # alpha: what lies between is half there
_NEAR, _EVEN = 0.02, 0.12  # T, from eyes to chin, over which alpha spreads by so little at most
_REACH = 5.0  # sigmas over which a blur asks for pixels
_SEEN = 5.0  # CIELAB units (ΔE76) from the ground from which on somebody sees it
_WIDE = 0.06  # T: what is narrower is an edge


def veils(alpha: Float32[np.ndarray, "h w"], unit: float) -> Bool[np.ndarray, "h w"]:
    """Return what is half there, wide and even, at 512 rows or so; ``unit`` is the length from eyes to chin in pixels."""
    between, sigma = (alpha > _FAINT) & (alpha < _SOLID), max(0.5, _NEAR * unit)
    wide = _wide(between, unit)
    if not wide.any():
        return wide
    part = around(wide, math.ceil(_REACH * sigma))
    wide[part] = _wide(between[part] & (_spread(alpha[part], sigma) < _EVEN), unit)
    return wide


def haze(
    portrait: OtherPicture, veiled: Bool[np.ndarray, "h w"], behind: OtherPicture, unit: float
) -> Bool[np.ndarray, "h w"]:
    """Return of :func:`veils` what one sees on the ground ``behind``."""
    if not veiled.any():
        return veiled
    seen = veiled.copy()
    seen[veiled] = np.linalg.norm(to_lab(portrait[veiled]) - to_lab(behind[veiled]), axis=-1) > _SEEN
    return _wide(seen, unit)


def _wide(mask: Bool[np.ndarray, "h w"], unit: float) -> Bool[np.ndarray, "h w"]:
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, (round(_WIDE * unit) - 1) | 1),) * 2)
    return cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, brush) > 0


def _spread(alpha: Float32[np.ndarray, "h w"], sigma: float) -> Float32[np.ndarray, "h w"]:
    """Return the standard deviation of alpha around each pixel."""
    mean, square = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (alpha, alpha * alpha))
    return np.sqrt(np.maximum(square - mean * mean, 0))

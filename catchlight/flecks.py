"""Flecks: what is half there, apart from the solid person, and in none of the person's colours near by.

A star of a flag beside a temple is neither wide nor near to what is behind it in the mean; on a light ground nobody sees
it, on a dark or strong one it glows. What belongs to hair has the colours of hair.
"""

import math

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from catchlight.anatomy import OtherPicture, Picture
from catchlight.colours_near import SOLID, Known, places, within
from catchlight.part import around
from catchlight.pixels import to_lab, to_linear, to_srgb

_PERSON, _FAINT, _HALF = 0.85, 0.1, 0.9  # alpha: the person, and between which it is half there
# T, from eyes to chin: beside the person is its own edge; further inside are its colours
_APART, _DEEP = 0.03, 0.05
_OWN = 40.0  # CIELAB units by which a colour of the person's 1 T away is farther
_HUE = 0.5  # what a unit of L* counts beside one of a* and b*
_FAR = 15.0  # such units from the person's colours from which on it is none of them
_GLOWS = 40.0  # CIELAB units (ΔE76) from the ground from which on a pixel counts as a whole one
_STEP = 3  # every third pixel each way is known
_THIN = np.ones((2, 2), np.uint8)  # what is thinner is noise
_LEAST = 0.001  # squares of T: what is smaller nobody sees


def flecks(
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    behind: Picture,
    seen: Bool[np.ndarray, "h w"],
    oval: Float[np.ndarray, "n 2"],
    unit: float,
) -> Float32[np.ndarray, "h w"]:
    """Return how much each pixel of a fleck shows, 0 to 1, on the ground ``behind`` (sRGB).

    All are of one size, best ``second_look.ROWS`` high; ``seen`` is where the photo is, ``oval`` the face's outline and
    ``unit`` the length from eyes to chin, in pixels. Colours of the person are those outside of the face: hair's.
    """
    shows, apart = np.zeros(alpha.shape, np.float32), _apart(alpha, unit) & seen
    if not apart.any():
        return shows
    part = around(apart, math.ceil((_FAR / _OWN + _DEEP) * unit))  # farther away every colour is too far
    kept = ((alpha > SOLID) & seen)[part].view(np.uint8)
    face = cv2.convexHull(np.round(oval - [part[1].start, part[0].start]).astype(np.int32))
    hair = within(kept > 0, _DEEP * unit) & (cv2.fillPoly(kept, [face], (0,)) > 0)
    shows[part] = _glow(portrait[part], alpha[part], behind[part], apart[part], hair, unit)
    return shows


def _glow(
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    behind: Picture,
    apart: Bool[np.ndarray, "h w"],
    hair: Bool[np.ndarray, "h w"],
    unit: float,
) -> Float32[np.ndarray, "h w"]:
    """Return how much of what is ``apart`` shows that is in no colour of ``hair``."""
    shows, own = np.zeros(alpha.shape, np.float32), portrait.copy()
    own[apart] = _unmixed(portrait[apart], alpha[apart], behind[apart])
    try:
        known = Known.of(own, places(hair, _STEP), _OWN / unit, _HUE)
    except LookupError:
        return shows
    at = places(apart)
    where = tuple(at[known.away(at) > _FAR].T)
    away = np.linalg.norm(to_lab(portrait[where]) - to_lab(behind[where]), axis=-1)  # ΔE76
    shows[where] = np.minimum(away / _GLOWS, 1)
    return shows


def _apart(alpha: Float32[np.ndarray, "h w"], unit: float) -> Bool[np.ndarray, "h w"]:
    """Return what is half there and not beside the solid person."""
    edge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(_APART * unit)) + 1,) * 2)
    beside = cv2.dilate((alpha > _PERSON).astype(np.uint8), edge) > 0
    half = (alpha > _FAINT) & (alpha < _HALF) & ~beside
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(half.view(np.uint8), cv2.MORPH_OPEN, _THIN)
    )
    large = stats[:, cv2.CC_STAT_AREA] >= _LEAST * unit**2
    large[0] = False
    return large[pieces]


def _unmixed(
    portrait: UInt8[np.ndarray, "n 3"], alpha: Float32[np.ndarray, " n"], behind: UInt8[np.ndarray, "n 3"]
) -> UInt8[np.ndarray, "n 3"]:
    """Return the person's own colours of pixels, where alpha says that there are any."""
    light, ground = to_linear(portrait[None]), to_linear(behind[None])
    return to_srgb(ground + (light - ground) / np.maximum(alpha, _FAINT)[None, :, None])[0]

"""Strays: what the matte kept at the outline that has a colour of the background, and none of the person's near by.

A strip of flag beside an ear or the wall in a loop of hair is too thin for a second look at shapes: its colour tells
it. Lightness counts little, since shadows change it more than hue.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from catchlight.anatomy import OtherPicture
from catchlight.colours_near import STEP, Known, Places, places, within

ROWS = 512  # pixels: the portrait is looked at this size
_SOLID, _GONE = 0.8, 0.02  # alpha: what lies between was cleaned of the background's colour
_RIM = 0.14  # T, from eyes to chin: further inside it is the person
_FAR = 14.0  # CIELAB units to the person's colours from which on it is none of them
_SHARE = 0.5  # of that, at most, lies a colour of the background
_LIGHTNESS = 0.25  # what a unit of L* counts beside one of a* and b*
# CIELAB units by which a colour 1 T away is farther: the person's, and the background's
_OWN, _BEHIND = 20.0, 8.0
_LEAST = np.ones((3, 3), np.uint8)  # what is thinner is noise


def strays(
    photo: OtherPicture,
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    seen: Bool[np.ndarray, "h w"],
    unit: float,
) -> Bool[np.ndarray, "h w"]:
    """Return what is far from the person's colours, in photo and portrait, and in the photo near to one behind them.

    All are of one size, best ``ROWS`` high; ``seen`` is where the photo is, ``unit`` the length from eyes to chin in pixels.
    """
    kept = (alpha > _SOLID) & seen
    inner = within(kept, _RIM * unit)
    rim, own = kept & ~inner, places(inner, STEP)
    try:
        owns = [Known.of(picture, own, _OWN / unit, _LIGHTNESS) for picture in (photo, portrait)]
        behind = Known.of(photo, places((alpha < _GONE) & seen, STEP), _BEHIND / unit, _LIGHTNESS)
    except LookupError:
        return np.zeros_like(kept)
    some = _told(
        owns, behind, places(rim, len(_LEAST)), kept.shape
    )  # whatever is not too thin holds one of these
    around = cv2.dilate(some, np.ones((5, 5), np.uint8)) > 0
    return cv2.morphologyEx(_told(owns, behind, places(rim & around), kept.shape), cv2.MORPH_OPEN, _LEAST) > 0


def _told(owns: list[Known], behind: Known, at: Places, shape: tuple[int, ...]) -> UInt8[np.ndarray, "h w"]:
    """Return 1 at those places whose colour is not the person's, and is one of those behind."""
    away = np.full(len(at), np.inf)
    for own in owns:
        away = np.minimum(away, own.away(at))
        at, away = at[away > _FAR], away[away > _FAR]
    told = np.zeros(shape, np.uint8)
    told[tuple(at[behind.away(at) < _SHARE * away].T)] = 1
    return told

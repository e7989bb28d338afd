"""Strays: what the matte kept at the outline that has a colour of the background, and none of the person's near by.

A strip of flag beside an ear or the wall in a loop of hair is too thin for a second look at shapes: its colour tells
it. Lightness counts little, since shadows change it more than hue. So it does where the matte kept such a loop as solid
as the person (``pockets``).
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture
from catchlight.colours_near import HUE, OWN, SOLID, STEP, Known, Places, learn_behind, near, places, sure
from catchlight.pockets import FAR, SHARE, pockets

_FAR = 14.0  # CIELAB units to the person's colours from which on it is none of them
_SHARE = 0.5  # of that, at most, lies a colour of the background
_LEAST = np.ones((3, 3), np.uint8)  # what is thinner is noise


def strays(
    photo: OtherPicture,
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    seen: Bool[np.ndarray, "h w"],
    unit: float,
    hair: Bool[np.ndarray, "h w"] | None = None,
) -> Bool[np.ndarray, "h w"]:
    """Return what is far from the person's colours, in photo and portrait, and in the photo near to one behind them.

    All are of one size, best ``second_look.ROWS`` high; ``seen`` is where the photo is, ``unit`` the length from eyes to chin in pixels,
    ``hair`` where pockets of the background may be.
    """
    inner, gone = sure(alpha, seen, unit)
    kept = (alpha > SOLID) & seen
    try:
        behind = learn_behind(photo, places(gone, STEP), unit, HUE)
        held = pockets(behind, inner & hair, unit) if hair is not None else np.zeros_like(kept)
        person = places(inner & ~held, STEP)
        owns = [Known.of(of, person, OWN / unit, HUE) for of in (photo, portrait)]
    except LookupError:
        return np.zeros_like(kept)
    rim = kept & ~inner
    # whatever is not too thin holds one of those that are asked first
    some = _told(owns, behind, places(rim, len(_LEAST)), kept.shape)
    found = _told(owns, behind, places(rim & near(some)), kept.shape)
    found |= _told(owns, behind, places(held), kept.shape, FAR, SHARE)
    return cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_OPEN, _LEAST) > 0


def _told(
    owns: list[Known],
    behind: Known,
    at: Places,
    shape: tuple[int, ...],
    far: float = _FAR,
    share: float = _SHARE,
) -> Bool[np.ndarray, "h w"]:
    """Return those places whose colour is not the person's, and is one of those behind."""
    away = np.full(len(at), np.inf)
    for own in owns:
        away = np.minimum(away, own.away(at))
        at, away = at[away > far], away[away > far]
    told = np.zeros(shape, bool)
    told[tuple(at[behind.away(at) < share * away].T)] = True
    return told

"""The trimap: what is surely the person and surely not, by a coarse guess and by colour; the rest is unknown."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import Picture
from catchlight.colours_near import Known, Places, learn, places, within
from catchlight.once import Once
from catchlight.part import around

_LEARNED = 0.3  # T, from eyes to chin: so far around the unknown band colours are learned
_STEP = 4  # every fourth pixel each way is learned, at half the size
_INSIDE, _OUTSIDE = 0.04, 0.03  # T: nearer to the coarse outline nothing is told by colour
_EDGE = 0.1  # T: nearer to where the photo ends a head may run out of it, and nothing is told to be behind
_ALIKE = 12.0  # CIELAB units: as like a colour of the person, and inside, it is the person's
_USUAL, _TIMES = 75, 2.0  # this percentile of how far the background is from its like, and so many times that
_LEAST, _MOST = 3.0, 9.0  # CIELAB units: what is that like the background, and outside, is the background's

Mask = Bool[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True)
class Trimap:
    """What is surely the person and surely not; the rest is unknown."""

    person: Mask
    behind: Mask

    @property
    def unknown(self) -> Mask:
        """Return the rest."""
        return ~(self.person | self.behind)


def draw(
    coarse: Float32[np.ndarray, "h w"], face: Mask, unit: float, chin: float, *, fine: bool = False
) -> Trimap:
    """Draw the unknown band: ``unit`` is the eye-to-chin length, ``chin`` its row; hair gets a wider band.

    Shoulders get none of it, where they rise above the chin. A ``fine`` guess sees hair itself: the band is then narrow.
    """
    if fine:
        return _narrow(coarse, unit)
    inward, outward = _depths(coarse > 0.5)
    rows = np.indices(coarse.shape, np.float32)[0]
    hair = np.clip((chin + 0.3 * unit - rows) / (0.4 * unit), 0, 1)
    hair[shoulders(coarse, unit, chin)] = 0
    person = (inward > unit * (0.08 + 0.1 * hair)) & (coarse > 0.8)
    behind = (outward > unit * (0.05 + 0.13 * hair)) & (coarse < 0.2)
    rim = 2 * max(1, round(0.06 * unit)) + 1  # the outline may lie a little beside the jaw
    core = cv2.erode(face.astype(np.uint8), np.ones((rim, rim), np.uint8)) > 0
    return Trimap(person | core, behind & ~core)


@Once
def shoulders(coarse: Float32[np.ndarray, "h w"], unit: float, chin: float) -> Mask:
    """Return where the outline faces upwards below the mouth, and what lies near it. Nobody may write to it."""
    sigma, first = max(1.0, 0.05 * unit), max(0, int(chin - 0.45 * unit) + 1)
    start = max(0, first - int(5 * sigma) - 2)
    smooth = cv2.GaussianBlur(coarse[start:], (0, 0), sigma)
    down, aside = cv2.Sobel(smooth, cv2.CV_32F, 0, 1), cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    facing = np.zeros(coarse.shape, bool)
    facing[first:] = (down > np.abs(aside))[first - start :]
    return facing


def _narrow(coarse: Float32[np.ndarray, "h w"], unit: float) -> Trimap:
    """Leave unknown only what a fine guess itself leaves open, and a thin rim around it."""
    rim = np.ones((2 * max(1, round(0.02 * unit)) + 1,) * 2, np.uint8)
    person, behind = (cv2.erode(m.astype(np.uint8), rim) > 0 for m in (coarse > 0.95, coarse < 0.05))
    return Trimap(person, behind)


def _depths(solid: Mask) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Return how deep each pixel lies inside of an outline, and how far outside."""
    inward, outward = (cv2.distanceTransform(m.view(np.uint8), cv2.DIST_L2, 3) for m in (solid, ~solid))
    return np.asarray(inward, np.float32), np.asarray(outward, np.float32)


def tell_by_colour(
    drawn: Trimap, picture: Picture, coarse: Float32[np.ndarray, "h w"], seen: Mask, unit: float
) -> Trimap:
    """Return a trimap whose unknown band has lost what colours tell; they are asked at half the size.

    Outside of the ``coarse`` outline that is what is as like the background further out as that is to itself, inside
    what is like the person further in. Where both are alike, as dark hair before its own shadow, the outline decides.
    """
    unknown = drawn.unknown & seen
    part, unit = around(unknown, round(_LEARNED * unit)), unit / 2
    small = _halved(picture[part])
    person, behind = (_places(mask & seen, part) for mask in (drawn.person, drawn.behind))
    try:
        own, others = learn(small, person, behind, unit, 1.0)
    except LookupError:
        return drawn
    asked = unknown[part][::2, ::2]
    inward, outward = _depths(coarse[part][::2, ::2] > 0.5)
    kept = _alike(own, asked & (inward > _INSIDE * unit), _ALIKE)
    outside = (outward > _OUTSIDE * unit) & within(seen[part][::2, ::2], _EDGE * unit)
    left = _alike(others, asked & outside, _to_itself(others, behind))
    return Trimap(
        drawn.person | unknown & _doubled(kept, part, seen.shape),
        drawn.behind | unknown & _doubled(left, part, seen.shape),
    )


def _places(mask: Mask, part: tuple[slice, slice]) -> Places:
    """Return the places that are learned of a mask, in a part of it at half the size."""
    return places(mask[part][::2, ::2], _STEP)


def _to_itself(behind: Known, at: Places) -> float:
    """Return how far from its like, in CIELAB units, the background usually is."""
    usual = np.percentile(behind.away(at, at_most=_MOST).clip(max=_MOST), _USUAL)
    return float(np.clip(_TIMES * usual, _LEAST, _MOST))


def _alike(known: Known, asked: Mask, far: float) -> Mask:
    """Return what was asked for and is nearer than so many CIELAB units to what is known."""
    at, found = places(asked), np.zeros_like(asked)
    found[tuple(at[known.away(at, at_most=far) < far].T)] = True
    return found


def _doubled(found: Mask, part: tuple[slice, slice], shape: tuple[int, ...]) -> Mask:
    """Return what was found in a part, at half the size, as a mask of the whole."""
    whole = np.zeros(shape, bool)
    height, width = whole[part].shape
    whole[part] = found.repeat(2, 0).repeat(2, 1)[:height, :width]
    return whole


def _halved(picture: Picture) -> Picture:
    """Return a picture at half the size, by the mean of the area."""
    size = [(side + 1) // 2 for side in picture.shape[1::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

"""Closer crops of a finished portrait, one for each kind of place: always inside it, never through the crown."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from catchlight.anatomy import Linear, OtherPicture, Picture
from catchlight.config import Crop
from catchlight.cuts import PrintCrop
from catchlight.pixels import luminance, resize, to_linear

CRISP_BELOW = 96  # pixels of height up to which a file is sharpened: eyes are a few pixels wide there
_ROOM = 0.02  # least room above the crown, share of the crop's height
_OFF = 0.02  # a head that misses its size or place by more is told
_AMOUNT, _RADIUS = 0.45, 0.7  # sharpening: strength, pixels
_DARKER, _LIGHTER = 24.0, 8.0  # and its bounds in grey levels: no halo, no lighter skin beside dark hair


@dataclass(frozen=True, slots=True)
class Place:
    """Where a head lies on a portrait: shares of its height (crown, eyes, chin) and of its width (middle)."""

    crown: float
    eyes: float
    chin: float
    middle: float


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a portrait, in its whole pixels; ``note`` says what the portrait has no room for."""

    left: int
    top: int
    width: int
    height: int
    note: str = ""


def place_of(readings: Mapping[str, float], crop: Crop | None) -> Place | None:
    """Return the head's place from a run's readings; None when they do not say where it is.

    ``crop`` is the preset's, as the run used it: eye line and centre are read relative to it.
    Without it the eyes are taken half-way between crown and chin, and the head in the middle.
    """
    if not {"head", "headroom"} <= readings.keys():
        return None
    crown, head = readings["headroom"] / 100, readings["head"] / 100
    eyes, middle = crown + head / 2, 0.5
    if crop and {"eye_line", "centre"} <= readings.keys():
        eyes = crop.eye_line + readings["eye_line"] / 100
        middle = crop.centre + readings["centre"] / 100
    return Place(crown, eyes, crown + head, middle)


def crop_box(place: Place | None, own: tuple[int, int], spec: PrintCrop, aspect: float | None = None) -> Box:
    """Return the part of a portrait of ``own`` (width, height) pixels that a crop wants.

    The nearest part inside the portrait is taken; ``aspect`` is that of the file's whole pixels.
    """
    width, height = own
    aspect = aspect or spec.aspect
    most = min(height, int(width / aspect))  # height of the largest crop
    if place is None:
        note = "the run does not say where the head is, so as much as fits is shown; refresh to crop closer"
        return _inside(own, width / 2, 0, most, aspect, note)
    crown, eyes, chin = (share * height for share in (place.crown, place.eyes, place.chin))
    high = min(most, round((chin - crown) / spec.head))
    wanted = min(eyes - spec.eye_line * high, crown - _ROOM * high)
    top = min(max(0, wanted), height - high)
    note = _note((chin - crown) / high, (top - wanted) / high, spec)
    return _inside(own, place.middle * width, top, high, aspect, note)


def _inside(own: tuple[int, int], middle: float, top: float, high: int, aspect: float, note: str) -> Box:
    wide = min(own[0], max(1, round(high * aspect)))
    left = round(min(max(0, middle - wide / 2), own[0] - wide))
    return Box(left, int(top), wide, high, note)


def _note(head: float, lower: float, spec: PrintCrop) -> str:
    """Say where a portrait has no room for what a crop asks."""
    parts = []
    if abs(head - spec.head) > _OFF:
        parts.append(f"the head fills {head:.0%} of it instead of {spec.head:.0%}")
    if abs(lower) > _OFF:
        parts.append(f"the eyes lie {abs(lower):.0%} of it {'higher' if lower > 0 else 'lower'}")
    return f"nearest crop: {' and '.join(parts)}" if parts else ""


def cut(picture: Picture, box: Box, width: int, height: int, linear: Linear | None = None) -> OtherPicture:
    """Return a part of a picture at ``width`` x ``height`` pixels: one scale both ways, nothing turned.

    ``linear`` is the picture's linear light, where it is known already.
    """
    part = np.s_[box.top : box.top + box.height, box.left : box.left + box.width]
    light = None if linear is None else linear[part]
    return shrink(np.ascontiguousarray(picture[part]), width, height, light)


def shrink(picture: Picture, width: int, height: int, linear: Linear | None = None) -> OtherPicture:
    """Return a picture at another size; a small one is sharpened a little, so that eyes stay readable."""
    small = resize(picture, width, height, linear)
    return _crisp(small) if height <= CRISP_BELOW and height < picture.shape[0] else small


def _crisp(picture: Picture) -> OtherPicture:
    """Sharpen by the difference of brightness alone, which moves no colour, within bounds that leave no halo."""
    bright = 255 * luminance(to_linear(picture)) ** (1 / 2.2)
    edges = _AMOUNT * (bright - cv2.GaussianBlur(bright, (0, 0), _RADIUS))
    return (picture + np.clip(edges, -_DARKER, _LIGHTER)[..., None]).round().clip(0, 255).astype(np.uint8)

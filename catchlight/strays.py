"""Strays: what the matte kept at the outline that has a colour of the background, and none of the person's near by.

A strip of flag beside an ear or the wall in a loop of hair is too thin for a second look at shapes: its colour tells
it. Lightness counts little, since shadows change it more than hue.
"""

from functools import partial

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int, UInt8
from scipy.spatial import KDTree

from catchlight.anatomy import OtherPicture

ROWS = 512  # pixels: the portrait is looked at this size
_SOLID, _GONE = 0.8, 0.02  # alpha: what lies between was cleaned of the background's colour
_RIM = 0.14  # T, from eyes to chin: further inside it is the person
_FAR = 14.0  # CIELAB units to the person's colours from which on it is none of them
_SHARE = 0.5  # of that, at most, lies a colour of the background
_LIGHTNESS = 0.25  # what a unit of L* counts beside one of a* and b*
# CIELAB units by which a colour 1 T away is farther: the person's, and the background's
_OWN, _BEHIND = 20.0, 8.0
_STEP, _AMONG = 5, 3  # every fifth pixel each way is asked, and a colour is that of three
_LEAST = np.ones((3, 3), np.uint8)  # what is thinner is noise

Places = Int[np.ndarray, "n 2"]


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
    inner = _within(kept, _RIM * unit)
    rim, own = kept & ~inner, _asked(inner, _STEP)
    if len(own) < _AMONG:
        return np.zeros_like(kept)
    ask = partial(_told, photo, portrait, own, _asked((alpha < _GONE) & seen, _STEP), unit)
    some = ask(_asked(rim, len(_LEAST)))  # whatever is not too thin holds one of these
    around = cv2.dilate(some, np.ones((5, 5), np.uint8)) > 0
    return cv2.morphologyEx(ask(np.argwhere(rim & around)), cv2.MORPH_OPEN, _LEAST) > 0


def _told(
    photo: OtherPicture, portrait: OtherPicture, own: Places, behind: Places, unit: float, at: Places
) -> UInt8[np.ndarray, "h w"]:
    """Return 1 at those places whose colour is not the person's, and is one of those behind."""
    away = np.full(len(at), np.inf)
    for picture in (photo, portrait):
        away = np.minimum(away, _apart(picture, at, own, _OWN / unit))
        at, away = at[away > _FAR], away[away > _FAR]
    told = np.zeros(photo.shape[:2], np.uint8)
    told[tuple(at[_apart(photo, at, behind, _BEHIND / unit) < _SHARE * away].T)] = 1
    return told


def _within(kept: Bool[np.ndarray, "h w"], reach: float) -> Bool[np.ndarray, "h w"]:
    """Return what is kept all around; the frame's edge is no outline."""
    return cv2.distanceTransform(kept.view(np.uint8), cv2.DIST_L2, 5) > reach


def _asked(mask: Bool[np.ndarray, "h w"], step: int) -> Places:
    """Return the places of a mask that stand for all: one of so many each way."""
    return np.argwhere(mask[::step, ::step]) * step


def _apart(picture: OtherPicture, at: Places, known: Places, pull: float) -> Float64[np.ndarray, " n"]:
    """Return how far each colour is from the third nearest that is known; ``pull`` is what a pixel's way adds."""
    if not len(at) or not len(known):
        return np.full(len(at), np.inf)
    tree = KDTree(_colours(picture, known, pull), compact_nodes=False, balanced_tree=False)
    return np.asarray(tree.query(_colours(picture, at, pull), k=[_AMONG])[0][:, 0])


def _colours(picture: OtherPicture, at: Places, pull: float) -> Float32[np.ndarray, "n 5"]:
    """Return colour and place, so that a distance counts both."""
    pixels = picture[tuple(at.T)].astype(np.float32)[None] / 255
    weighed = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[0] * np.array((_LIGHTNESS, 1, 1), np.float32)
    return np.hstack([weighed, (at * pull).astype(np.float32)])

"""How far colours are from those of known pixels: from the person's, and from the background's, colour and place together."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int
from scipy.spatial import KDTree

from catchlight.anatomy import OtherPicture

SOLID, _GONE = 0.8, 0.02  # alpha: what lies between was cleaned of the background's colour
_RIM = 0.14  # T, from eyes to chin: further inside it is the person
# CIELAB units by which a colour 1 T away is farther: the person's, and the background's
OWN, _BEHIND = 20.0, 8.0
HUE = 0.25  # what a unit of L* counts beside one of a* and b* where shadows may change it
STEP = 7  # every seventh pixel each way is known
_AMONG = 3  # the nearest colour is that of three
_ROUGH = 0.5  # by how much more of its distance a colour may be told that is not the nearest: half the time

Places = Int[np.ndarray, "n 2"]


@dataclass(frozen=True, slots=True)
class Known:
    """Pixels of one kind in a picture, to ask which others are like them.

    ``pull`` is by how many CIELAB units a colour one pixel away is farther, ``lightness`` what a unit of L* counts
    beside one of a* and b*.
    """

    picture: OtherPicture
    tree: KDTree
    pull: float
    lightness: float

    @classmethod
    def of(cls, picture: OtherPicture, at: Places, pull: float, lightness: float) -> Self:
        """Learn the pixels at some places; LookupError for too few."""
        if len(at) < _AMONG:
            message = "too few pixels are known"
            raise LookupError(message)
        known = _colours(picture, at, pull, lightness)
        return cls(picture, KDTree(known, compact_nodes=False, balanced_tree=False), pull, lightness)

    def away(self, at: Places, *, at_most: float = np.inf) -> Float64[np.ndarray, " n"]:
        """Return how far the colours at some places are from the third nearest of these, in CIELAB units.

        What is farther than ``at_most`` may be said to be infinitely far, which is found sooner.
        """
        if not len(at):
            return np.zeros(0)
        asked = _colours(self.picture, at, self.pull, self.lightness)
        return np.asarray(
            self.tree.query(asked, k=[_AMONG], eps=_ROUGH, distance_upper_bound=at_most)[0][:, 0]
        )


def places(mask: Bool[np.ndarray, "h w"], step: int = 1) -> Places:
    """Return the places of a mask, or those of one pixel of so many each way, that stand for all."""
    return np.argwhere(mask[::step, ::step]) * step


def learn(
    picture: OtherPicture, person: Places, behind: Places, unit: float, lightness: float
) -> tuple[Known, Known]:
    """Return what is known of the person's colours, and of those behind; LookupError where there is too little of one.

    ``unit`` is the length from eyes to chin in pixels.
    """
    return (
        Known.of(picture, person, OWN / unit, lightness),
        learn_behind(picture, behind, unit, lightness),
    )


def learn_behind(picture: OtherPicture, behind: Places, unit: float, lightness: float) -> Known:
    """Return what is known of the colours behind alone."""
    return Known.of(picture, behind, _BEHIND / unit, lightness)


def sure(
    alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"], unit: float
) -> tuple[Bool[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]:
    """Return what is surely the person's of what the photo shows, by an alpha, and what surely lies behind."""
    return within((alpha > SOLID) & seen, _RIM * unit), (alpha < _GONE) & seen


def near(some: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return what lies about the pixels that were asked for all and told: two pixels each way."""
    return cv2.dilate(some.view(np.uint8), np.ones((5, 5), np.uint8)) > 0


def within(kept: Bool[np.ndarray, "h w"], reach: float) -> Bool[np.ndarray, "h w"]:
    """Return what is kept all around; the frame's edge is no outline."""
    return cv2.distanceTransform(kept.view(np.uint8), cv2.DIST_L2, 5) > reach


def _colours(picture: OtherPicture, at: Places, pull: float, lightness: float) -> Float32[np.ndarray, "n 5"]:
    """Return colour and place, so that a distance counts both."""
    pixels = picture[tuple(at.T)].astype(np.float32)[None] / 255
    weighed = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[0] * np.array((lightness, 1, 1), np.float32)
    return np.hstack([weighed, (at * pull).astype(np.float32)])

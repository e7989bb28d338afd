"""How long the longest stretch of outline is that nothing in the photo shows: both sides of it have the same colour."""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import framing, second_look
from catchlight.anatomy import OtherPicture
from catchlight.checks import Limits
from catchlight.checks._sides import alike
from catchlight.sitting import Sitting

TITLE = "Outline that the photo does not show"
UNIT = "% of eye to chin"
SENTENCES = {
    "high": "Along a part of the outline person and background have the same colour, so that it is guessed: look at the edges.",
}
_ROWS = 256  # pixels: the portrait is looked at this size
_NEAR = 0.05  # T, from eyes to chin: colours of both sides are means of about so far around
_SURE = 0.9  # alpha, or one less that: pixels whose colour is one side's
_ALIKE = 6.0  # CIELAB units between both sides
_LIGHTNESS = 0.5  # what a unit of L* counts beside one of a* and b*: shadows change it more
_FEW = 0.02  # share of one side's pixels around, below which nothing is known of it
_LEAST = np.ones((3, 3), np.uint8)


class Settings(Limits):
    """Limits in % of the length from eyes to chin."""

    high: float | None = 100.0


def measure(sitting: Sitting) -> float:
    """Return its length in percent of that from eyes to chin; 0 where the background stayed."""
    if sitting.change.keeps_behind:
        return 0.0
    negative, head, rows = sitting.negative, sitting.head, len(sitting.portrait)
    _, alpha = second_look.reduced(sitting.portrait, sitting.alpha)
    alpha = cv2.resize(
        alpha, (round(alpha.shape[1] * _ROWS / len(alpha)), _ROWS), interpolation=cv2.INTER_AREA
    )
    to = replace(negative.map(_ROWS), width=alpha.shape[1])
    unit = (head.chin - head.eyes) * _ROWS / rows
    return 100 * longest(blind(framing.level(negative.picture, to), alpha, negative.seen(to), unit)) / unit


def longest(found: Bool[np.ndarray, "h w"]) -> float:
    """Return how many pixels the longest stretch has; a gap of two pixels is none."""
    _, labels = cv2.connectedComponents(cv2.dilate(found.view(np.uint8), _LEAST))
    return float(np.bincount(labels[found], minlength=1).max())


def blind(
    photo: OtherPicture, alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"], unit: float
) -> Bool[np.ndarray, "h w"]:
    """Return the outline's pixels where the photo has the same colour on both sides; where the photo ends there is none."""
    lab = cv2.cvtColor(photo.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) * np.array(
        (_LIGHTNESS, 1, 1), np.float32
    )
    own, behind = (side & seen for side in (alpha > _SURE, alpha < 1 - _SURE))
    same = alike(lab, own, behind, around=_NEAR * unit, at_most=_ALIKE, least=_FEW)
    return same & _outline(alpha, seen)


def _outline(alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Return the person's outermost pixels, away from where the photo or the frame ends."""
    kept, shown = (alpha > 0.5).astype(np.uint8), seen.astype(np.uint8)
    inside = cv2.erode(shown, _LEAST, iterations=2, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return (kept - cv2.erode(kept, _LEAST) > 0) & (inside > 0)

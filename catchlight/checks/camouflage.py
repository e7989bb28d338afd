"""How large the largest patch of the outline is that is half there where person and background have the same colour.

Colour is what a matte is solved by: where both sides have the same, skin and hair beside a wall go half through.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import OtherPicture
from catchlight.checks import Limits
from catchlight.checks._sides import alike
from catchlight.framing import Head
from catchlight.sitting import Sitting

TITLE = "Person in the background's colour"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "Person and background have the same colour in a place, and part of the person may be missing there: look at the edges.",
}
_UNIT = 50.0  # pixels from eyes to chin (T) at which alpha is looked at; colours at half of that
_NEAR = 0.1  # T: colours of both sides are means of about so far around
_SURE = 0.97  # alpha, or one less that: pixels whose colour is one side's
_ALIKE = 12.0  # CIELAB units (ΔE76) between both sides
_HALF = 0.1  # alpha from 0 or 1: half there
_WHOLE = 0.999  # share of a reduced pixel that the photo shows
_EDGE = np.ones((3, 3), np.uint8)  # what is no wider is the width that every outline has
_FEW = 1e-3  # share of one side's pixels around, below which nothing is known of it


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 0.05


def measure(sitting: Sitting) -> float:
    """Return its area in percent of a square of the head's height; 0 where the background stayed."""
    sheet = sitting.sheet
    if sitting.change.keeps_behind:
        return 0.0
    return patch(sheet.picture, sheet.alpha, sheet.seen, sheet.head)


def patch(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"], head: Head
) -> float:
    """Return the same for a matte, above the chin: each pixel counts by how much of it is unsure."""
    scale, rows = _UNIT / (head.chin - head.eyes), slice(0, max(1, int(head.chin)))
    found = largest(picture[rows], alpha[rows], seen[rows], scale)
    return 100 * found / (head.height * scale) ** 2


def largest(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"], scale: float
) -> float:
    """Return the same in pixels of a picture made ``scale`` times as large; an edge's own width does not count."""
    fine, there = (
        cv2.resize(each, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for each in (alpha, seen.astype(np.float32))
    )
    half = fine.shape[1] // 2, fine.shape[0] // 2
    small = [cv2.resize(each, half, interpolation=cv2.INTER_AREA) for each in (picture, fine, there)]
    alike = cv2.resize(_alike(*small).view(np.uint8), fine.shape[::-1], interpolation=cv2.INTER_LINEAR)
    unsure = np.minimum(fine, 1 - fine) * alike * (there > _WHOLE)
    wide = cv2.morphologyEx((unsure > _HALF).astype(np.uint8), cv2.MORPH_OPEN, _EDGE)
    _, labels = cv2.connectedComponents(wide)
    return float(np.bincount(labels.ravel(), unsure.ravel())[1:].max(initial=0))


def _alike(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], there: Float32[np.ndarray, "h w"]
) -> Bool[np.ndarray, "h w"]:
    """Return where the mean colours of what is surely the person and surely behind are alike."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    own, behind = (sure & (there > _WHOLE) for sure in (alpha > _SURE, alpha < 1 - _SURE))
    return alike(lab, own, behind, around=_NEAR * _UNIT / 2, at_most=_ALIKE, least=_FEW)

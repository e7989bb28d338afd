"""How far apart the few colours are that a photo has in its face: a palette of 64 makes spots and terraces of it."""

import cv2
import numpy as np
from jaxtyping import UInt8

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Steps between colours"
UNIT = "CIELAB units"
SENTENCES = {
    "high": "The photo has so few colours that the face shows steps; the original would be smoother.",
}
_ENOUGH = 125  # pixels across a face past which some tell the same as all
_MANY = 1000  # colours, past which no steps are seen


class Settings(Limits):
    """Limits in CIELAB units."""

    high: float | None = 7.0


def measure(sitting: Sitting) -> float:
    """Return how far a pixel's colour in the photo's face is from the nearest other one there, on average; 0 for a thousand colours or more."""
    picture, oval = sitting.subject.picture, sitting.subject.face.oval
    left, top = np.floor(oval.min(0)).astype(int).clip(0)
    right, bottom = np.ceil(oval.max(0)).astype(int) + 1
    face = picture[top:bottom, left:right]
    every = max(1, max(face.shape) // _ENOUGH)
    return steps(face[::every, ::every].reshape(-1, 3))


def steps(pixels: UInt8[np.ndarray, "n 3"]) -> float:
    """Return the same for some pixels; LookupError for none."""
    if not len(pixels):
        message = "nothing of the face can be seen"
        raise LookupError(message)
    codes = pixels.astype(np.int32) @ np.array((1 << 16, 1 << 8, 1), np.int32)
    _, first, times = np.unique(codes, return_index=True, return_counts=True)
    if not 1 < len(first) < _MANY:
        return 0.0
    lab = cv2.cvtColor(pixels[first][None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    apart = np.linalg.norm(lab[:, None] - lab, axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.average(apart.min(1), weights=times))

"""What a pipeline gave, or what is wrong with it."""

import cv2
import numpy as np

from catchlight.anatomy import Picture
from catchlight.painting import Scene, Take

_BLACK = 8  # of 255: no pixel of what was painted is brighter
_UNCHANGED = 0.5  # of 255, mean: nothing was painted


def take_of(scene: Scene, seed: int, picture: Picture, finite: np.ndarray) -> Take:
    """Return what a seed gave, or what is wrong with it; ``finite`` says where the values were numbers."""
    size, mask = scene.mask.shape[::-1], scene.mask.view(np.uint8)
    if picture.shape[:2] != scene.mask.shape:  # some pipelines choose their own size
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        finite = cv2.resize(finite.astype(np.float32), size, interpolation=cv2.INTER_AREA) == 1
    if not finite[scene.mask].all():
        return Take(seed, None, "not a number")
    if cv2.minMaxLoc(picture.max(-1), mask)[1] <= _BLACK:
        return Take(seed, None, "black")
    if np.mean(cv2.mean(cv2.absdiff(picture, scene.picture), mask)[:3]) < _UNCHANGED:
        return Take(seed, None, "unchanged")
    return Take(seed, picture)

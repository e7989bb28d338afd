"""How visible the JPEG's blocks are in the photo."""

import cv2
import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Blocks"
UNIT = "× their surroundings"
SENTENCES = {
    "high": "The photo was compressed too hard: blocks can be seen.",
}


class Settings(Limits):
    """Limits in × their surroundings."""

    high: float | None = 3.2


def measure(sitting: Sitting) -> float:
    """Return how much larger steps are on the 8-pixel grid than beside it: 1 is no blocks at all.

    Our own measure. A photo that was scaled after its compression has no grid and reads 1.
    """
    grey = cv2.cvtColor(sitting.subject.picture, cv2.COLOR_RGB2GRAY)
    return max(_grid(_steps(grey[:, 1:], grey[:, :-1], 0)), _grid(_steps(grey[1:], grey[:-1], 1)))


def _steps(one: np.ndarray, other: np.ndarray, along: int) -> np.ndarray:
    """Return the mean difference of neighbours, along rows (0) or columns (1)."""
    return np.asarray(cv2.reduce(cv2.absdiff(one, other), along, cv2.REDUCE_AVG, dtype=cv2.CV_64F)).ravel()


def _grid(steps: np.ndarray) -> float:
    """Compare the mean step across the grid's lines, wherever they lie, with the mean of all others."""
    folds = [steps[at::8].mean() for at in range(8)] if steps.size >= 16 else [1.0]
    return float(max(folds) / max(float(np.median(folds)), 0.1))

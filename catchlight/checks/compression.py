"""How visible the JPEG's blocks are in the photo."""

import cv2
import numpy as np

from catchlight.anatomy import OtherPicture
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Blocks"
UNIT = "× their surroundings"
_LINES = 700  # of a picture at least: steps are measured along so many rows and columns
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
    picture = sitting.subject.picture
    every = max(1, min(picture.shape[:2]) // _LINES) | 1  # odd: lines of all parts of a block
    height, width = picture.shape[0], max(1, picture.shape[1] // every)
    some = cv2.resize(picture[:, : width * every], (width, height), interpolation=cv2.INTER_NEAREST)
    rows, columns = _grey(picture[::every]), _grey(some)
    return max(_grid(_steps(rows[:, 1:], rows[:, :-1], 0)), _grid(_steps(columns[1:], columns[:-1], 1)))


def _grey(picture: OtherPicture) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def _steps(one: np.ndarray, other: np.ndarray, along: int) -> np.ndarray:
    """Return the mean difference of neighbours, along rows (0) or columns (1)."""
    total = cv2.reduce(cv2.absdiff(one, other), along, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return np.asarray(total, np.float64).ravel() / one.shape[along]


def _grid(steps: np.ndarray) -> float:
    """Compare the mean step across the grid's lines, wherever they lie, with the mean of all others."""
    folds = [steps[at::8].mean() for at in range(8)] if steps.size >= 16 else [1.0]
    return float(max(folds) / max(float(np.median(folds)), 0.1))

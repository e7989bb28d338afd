"""Whether a portrait shows the very pixels of the photo's face. No recogniser, no biometric descriptor.

Up to the rung ``relight`` no face is repainted, so that correlating the two pictures of a face is
a stricter proof than comparing descriptors, and it needs no right to process biometrics. It
cannot tell whether two different photos show one person.
"""

import cv2
import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict

from catchlight.anatomy import Face, Picture
from catchlight.engines import Facts
from catchlight.models import ModelStore

FACTS = Facts(jobs=("likeness",), models=(), licence="Apache-2.0", commercial=True, memory_mb=1)

SIDE = 64
# Where the five points of a face come to lie: right eye, left eye, nose, right and left mouth corner.
_POINTS = np.array([[20, 24], [44, 24], [32, 38], [23, 48], [41, 48]], np.float64)


class Settings(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(extra="forbid")


class Engine:
    """Compares faces pixel by pixel."""

    SAME_BELOW = 0.05
    KNOWS_PEOPLE = False

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Nothing is loaded."""
        self.settings, self.models = settings, models

    def describe(self, picture: Picture, face: Face) -> Float32[np.ndarray, " n"]:
        """Return the face's grey pixels, aligned by five points, without brightness and contrast."""
        to = _similarity(face.points.astype(np.float64), _POINTS)
        times = max(1, int(1 / np.hypot(to[0, 0], to[0, 1])))
        reach = np.abs(face.points - face.points.mean(0)).max() * 3
        low = np.maximum(face.points.mean(0) - reach, 0).astype(int)
        high = (face.points.mean(0) + reach).astype(int)
        part = picture[low[1] : high[1], low[0] : high[0]]
        small = cv2.resize(part, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        matrix = np.hstack([to[:, :2] * times, (to[:, 2] + to[:, :2] @ (low + (times - 1) / 2))[:, None]])
        values = cv2.GaussianBlur(cv2.warpAffine(grey, matrix, (SIDE, SIDE)), (0, 0), 1.0)
        inside = _between(face.points @ to[:, :2].T + to[:, 2])
        away = (values - values[inside].mean()) * inside
        return away.ravel() / max(float(np.linalg.norm(away)), 1e-6)

    def distance(self, first: Float32[np.ndarray, " n"], second: Float32[np.ndarray, " n"]) -> float:
        """Return 1 minus the correlation: 0 for the same pixels, however bright they became."""
        return 1 - float(first @ second)


def _between(points: np.ndarray) -> np.ndarray:
    """Return the pixels between eyes and mouth: there is face whichever way the head is turned."""
    hull = cv2.convexHull(np.round(points).astype(np.int32))
    mask = cv2.fillConvexPoly(np.zeros((SIDE, SIDE), np.uint8), hull, (1,))
    return cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0


def _similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the 2 × 3 rotation, scale and shift that brings points nearest to others (Umeyama 1991)."""
    s, t = source - source.mean(0), target - target.mean(0)
    u, d, v = np.linalg.svd(t.T @ s)
    flip = np.diag([1.0, np.sign(np.linalg.det(u @ v))])
    turn = u @ flip @ v * ((d * np.diag(flip)).sum() / (s**2).sum())
    return np.hstack([turn, (target.mean(0) - turn @ source.mean(0))[:, None]])

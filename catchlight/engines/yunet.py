"""YuNet finds faces (MIT), run by OpenCV's own decoder."""

import math

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import Face, Picture
from catchlight.engines import Facts
from catchlight.models import ModelStore
from catchlight.reductions import fitted

FACTS = Facts(jobs=("faces",), models=("yunet",), licence="MIT", commercial=True, memory_mb=60)


class Settings(BaseModel):
    """How sure the detector must be, and how large it looks at a picture (longer side, pixels)."""

    model_config = ConfigDict(extra="forbid")
    score: float = Field(0.6, ge=0, le=1)
    sides: tuple[int, ...] = Field(
        (320, 800), description="second look, larger, when the first finds nothing"
    )


class Engine:
    """A face finder."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Load the verified network."""
        self.settings = settings
        weights = np.frombuffer(models.load("yunet"), np.uint8)
        self.net = cv2.FaceDetectorYN.create(
            "onnx", weights, np.empty(0, np.uint8), (320, 320), settings.score, 0.3, 50
        )

    def find(self, picture: Picture) -> list[Face]:
        """Return the faces, largest first; look closer when there is none."""
        for side in self.settings.sides:
            faces = self._look(picture, side)
            if faces:
                return faces
        return []

    def _look(self, picture: Picture, side: int) -> list[Face]:
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        size = (max(32, round(width * scale)), max(32, round(height * scale)))
        less = fitted(picture, *size) if scale < 1 else cv2.resize(picture, size)
        small = cv2.cvtColor(less, cv2.COLOR_RGB2BGR)
        self.net.setInputSize(size)
        rows = self.net.detect(small)[1]
        found = [] if rows is None else [_face(row, width / size[0], height / size[1]) for row in rows]
        return sorted((f for f in found if math.isfinite(f.area)), key=lambda face: -face.area)


def _face(row: np.ndarray, fx: float, fy: float) -> Face:
    """Turn one row (x, y, w, h, five points, score) into picture coordinates."""
    x, y, w, h = (float(v) for v in row[:4])
    points = row[4:14].reshape(5, 2).astype(np.float32) * np.array([fx, fy], np.float32)
    return Face((x * fx, y * fy, (x + w) * fx, (y + h) * fy), points, float(row[14]))

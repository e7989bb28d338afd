"""dlib's ResNet (public domain) compares two pictures of one person. Descriptors stay in memory."""

from typing import Any

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict

from catchlight.anatomy import Face, OtherPicture, Picture
from catchlight.engines import Facts
from catchlight.models import ModelStore

FACTS = Facts(
    jobs=("likeness",),
    models=("dlib_resnet", "dlib_landmarks5"),
    licence="CC0-1.0",
    commercial=True,
    memory_mb=120,
)


class Settings(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(extra="forbid")


class Engine:
    """A recogniser for one-to-one comparisons."""

    SAME_BELOW = 0.55
    KNOWS_PEOPLE = True

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Load the verified networks."""
        import dlib  # noqa: PLC0415  heavy

        self.settings = settings
        self.dlib: Any = dlib
        with models.as_file("dlib_landmarks5") as path:
            self.five: Any = dlib.shape_predictor(path)
        with models.as_file("dlib_resnet") as path:
            self.net: Any = dlib.face_recognition_model_v1(path)

    def describe(self, picture: Picture, face: Face) -> Float[np.ndarray, " 128"]:
        """Return the 128-number descriptor of a face, turned upright and scaled by five points."""
        eyes, mouth = face.points[:2].mean(0), face.points[3:].mean(0)
        size = float(np.linalg.norm(mouth - eyes))
        part, centre = _around((eyes + mouth) / 2, 4 * size, picture)
        corners = [round(float(v)) for v in (*(centre - 1.1 * size), *(centre + 1.1 * size))]
        shape = self.five(part, self.dlib.rectangle(*corners))
        return np.asarray(self.net.compute_face_descriptor(part, shape))

    def distance(self, first: Float[np.ndarray, " 128"], second: Float[np.ndarray, " 128"]) -> float:
        """Return the Euclidean distance; below 0.55 the two are the same person."""
        return float(np.linalg.norm(first - second))


def _around(centre: np.ndarray, reach: float, picture: Picture) -> tuple[OtherPicture, np.ndarray]:
    """Cut out what lies near a point; return it and the point in it."""
    low = np.maximum(np.floor(centre - reach), 0).astype(int)
    high = np.ceil(centre + reach).astype(int)
    return np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]]), centre - low

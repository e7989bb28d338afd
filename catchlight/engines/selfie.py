"""MediaPipe selfie segmentation (Apache-2.0), run by LiteRT: where people are, at 256 × 256."""

import cv2
import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict

from catchlight.anatomy import Picture
from catchlight.engines import Facts
from catchlight.engines._litert import Network
from catchlight.models import ModelStore

FACTS = Facts(
    jobs=("matte",), models=("selfie_segmentation",), licence="Apache-2.0", commercial=True, memory_mb=40
)


class Settings(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(extra="forbid")


class Engine:
    """A segmenter."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Load the verified network."""
        self.settings = settings
        self.net = Network(models.load("selfie_segmentation"))

    def segment(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Return how likely each pixel is a person, in 0–1, at the picture's size.

        The mean of what the network says of the picture and of its mirror image: what depends on the side is noise.
        """
        small = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        mask = (self._look(small) + self._look(np.ascontiguousarray(small[:, ::-1]))[:, ::-1]) / 2
        return cv2.resize(mask, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)

    def _look(self, small: Float32[np.ndarray, "256 256 3"]) -> Float32[np.ndarray, "256 256"]:
        (mask,) = self.net.run(small[None])
        return mask.reshape(256, 256)

"""BiRefNet, which sees single hairs, from an ONNX file that the company supplies (the published ones are MIT)."""

from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import Picture
from catchlight.engines import Facts
from catchlight.engines._onnx_file import session, verified
from catchlight.errors import ConfigError
from catchlight.models import ModelStore

FACTS = Facts(
    jobs=("matte",), models=(), licence="the file's own", commercial=None, memory_mb=6000,
    note="an ONNX file that IT supplies; seconds a person on a processor",
    needs=("file", "sha256", "licence"),
)  # fmt: skip
_KEY = "engines.options.birefnet"
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class Settings(BaseModel):
    """Which file, what it is, and where it runs. A file without its sha256 and licence is refused."""

    model_config = ConfigDict(extra="forbid")
    file: Path | None = Field(None, description="the ONNX file")
    sha256: str = Field("", description="of the file, as its maker or your IT states it")
    licence: str = Field("", description="under which licence your company may use the file")
    side: int = Field(
        1024, ge=256, le=2560, multiple_of=32, description="pixels, where the file leaves it open"
    )
    device: Literal["cpu", "auto", "cuda"] = Field("cpu", description="auto: CUDA where onnxruntime has it")


def prove(settings: Settings) -> None:
    """Refuse a file that is not there, or is another one; nothing is loaded."""
    verified(_KEY, settings.file, settings.sha256, settings.licence.strip())


class Engine:
    """A segmenter whose mask already follows hair."""

    FINE = True

    def __init__(self, settings: Settings, models: ModelStore) -> None:  # noqa: ARG002  the file is IT's
        """Load the verified file; ConfigError names the key that is missing or wrong."""
        data = verified(_KEY, settings.file, settings.sha256, settings.licence.strip())
        self._session = session(_KEY, settings.file, data, settings.device)
        entry = self._session.get_inputs()[0]
        self._entry, self._type = entry.name, np.float16 if "float16" in entry.type else np.float32
        self.side = _side(entry.shape, settings)

    def segment(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Return alpha in 0–1, at the picture's size."""
        small = cv2.resize(picture, (self.side, self.side), interpolation=_how(picture, self.side))
        values = (small.astype(np.float32) / 255 - _MEAN) / _SPREAD
        found = self._session.run(None, {self._entry: values.transpose(2, 0, 1)[None].astype(self._type)})[-1]
        if found.shape != (1, 1, self.side, self.side):
            message = (
                f"{_KEY}.file: gives {found.shape}; a mask of 1 × 1 × {self.side} × {self.side} is needed"
            )
            raise ConfigError(message)
        mask = 1 / (1 + np.exp(-np.clip(found[0, 0].astype(np.float32), -30, 30)))
        size = picture.shape[1], picture.shape[0]
        return np.clip(cv2.resize(mask, size, interpolation=_how(found[0, 0], max(size))), 0, 1)


def _how(image: np.ndarray, side: int) -> int:
    return cv2.INTER_AREA if max(image.shape[:2]) > side else cv2.INTER_LINEAR


def _side(shape: list[int | str | None], settings: Settings) -> int:
    """Return the side of the picture that the network takes: its own where it is fixed."""
    match shape:
        case [_, 3, int(height), int(width)] if height == width:
            return height
        case [_, 3, str() | None, str() | None]:
            return settings.side
    message = f"{_KEY}.file {settings.file}: takes {shape}; a network for N × 3 × side × side is needed"
    raise ConfigError(message)

"""A super-resolution network that the company supplies as an ONNX file, for hair and clothes only.

It takes RGB in 0–1 as N × 3 × h × w and gives the same ``scale`` times larger, as Real-ESRGAN's exports do.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import Picture
from catchlight.engines import Facts
from catchlight.engines._onnx_file import opened
from catchlight.engines._tiled import Tiled
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from catchlight.vault import digest_of

FACTS = Facts(
    jobs=("enlarge",), models=(), licence="the file's own", commercial=None, memory_mb=3300,
    note="an ONNX file that IT supplies; never used on faces",
    needs=("file", "sha256", "licence"),
)  # fmt: skip
_KEY = "engines.options.superres_onnx"
_LARGEST = 1 << 30  # bytes of a model file


class Settings(BaseModel):
    """Which file, what it is, and how it runs. A file without its sha256 and licence is refused."""

    model_config = ConfigDict(extra="forbid")
    file: Path | None = Field(None, description="the ONNX file")
    sha256: str = Field("", description="of the file, as its maker or your IT states it")
    scale: Literal[2, 4] = 4
    licence: str = Field("", description="under which licence your company may use the file")
    tile: int = Field(
        256, ge=64, le=1024, description="pixels of a tile's side; memory grows with its square"
    )
    overlap: int = Field(
        32, ge=16, le=32, description="pixels that tiles share, blended from one to the next"
    )
    device: Literal["cpu", "auto", "cuda"] = Field("cpu", description="auto: CUDA where onnxruntime has it")


def prove(settings: Settings) -> None:
    """Refuse a file that is not there, or is another one; nothing is loaded."""
    _verified(settings)


class Engine(Tiled):
    """An enlarger."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:  # noqa: ARG002  the file is IT's
        """Load the verified file; ConfigError names the key that is missing or wrong."""
        self.scale = settings.scale
        self.overlap = settings.overlap
        self._session = _open(_verified(settings), settings)
        entry = self._session.get_inputs()[0]
        self._entry, self._type = entry.name, np.float16 if "float16" in entry.type else np.float32
        self.tile = _side(entry.shape, settings)

    def _part(self, part: Picture) -> np.ndarray:
        """Run one tile."""
        full = self._filled(part)
        (found,) = self._session.run(None, {self._entry: full.astype(self._type)})
        if found.shape != (1, 3, self.tile * self.scale, self.tile * self.scale):
            message = f"{_KEY}.scale: the file makes {found.shape} of {full.shape}, which is not {self.scale} times larger"
            raise ConfigError(message)
        return self._cut(found, part)


def _verified(settings: Settings) -> bytes:
    """Return the bytes of the file that the settings vouch for."""
    wanted = {"file": settings.file, "sha256": settings.sha256, "licence": settings.licence.strip()}
    absent = [key for key, value in wanted.items() if not value]
    if absent or settings.file is None:
        message = f"{_KEY}.{absent[0]} is not set: name the ONNX file, its sha256 and its licence; Catchlight brings none"
        raise ConfigError(message)
    try:
        with settings.file.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        message = f"{_KEY}.file {settings.file}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if len(data) > _LARGEST or digest_of(data) != settings.sha256.lower():
        message = (
            f"{_KEY}.sha256: {settings.file} is not the file that was vouched for; it has {digest_of(data)}"
        )
        raise ConfigError(message)
    return data


def _open(data: bytes, settings: Settings) -> Any:
    import onnxruntime  # noqa: PLC0415  heavy

    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False  # memory goes back after each tile
    return opened(_KEY, settings.file, data, settings.device, options)


def _side(shape: list[int | str | None], settings: Settings) -> int:
    """Return the side of a tile: the network's own where it is fixed."""
    match shape:
        case [_, 3, int(height), int(width)] if height == width and height > 2 * settings.overlap:
            return height
        case [_, 3, str() | None, str() | None]:
            return settings.tile
    message = f"{_KEY}.file {settings.file}: takes {shape}; a network for N × 3 × height × width is needed"
    raise ConfigError(message)

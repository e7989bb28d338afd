"""A super-resolution network that the company supplies as safetensors, run by Spandrel; for hair and clothes only.

Spandrel recognises the network by its weights. What restores faces or fills holes is refused: faces stay the photo's own.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import OtherPicture, Picture
from catchlight.device import Device, pick
from catchlight.engines import Facts
from catchlight.engines._onnx_file import verified
from catchlight.engines._tiled import Tiled
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.pickles import refuse_code
from catchlight.whose_fault import full_memory

FACTS = Facts(
    jobs=("enlarge",), models=(), licence="the file's own", commercial=None, memory_mb=3300,
    note="a safetensors file that IT supplies; never used on faces",
    needs=("file", "sha256", "licence"),
)  # fmt: skip
_KEY = "engines.options.superres_spandrel"
_LEAST = 64  # pixels of a tile's side: below it seams would be most of it


class Settings(BaseModel):
    """Which file, what it is, and how it runs. A file without its sha256 and licence is refused."""

    model_config = ConfigDict(extra="forbid")
    file: Path | None = Field(None, description="the safetensors file")
    sha256: str = Field("", description="of the file, as its maker or your IT states it")
    licence: str = Field("", description="under which licence your company may use the file")
    tile: int = Field(
        512, ge=_LEAST, le=1024, description="pixels of a tile's side; halved when memory does not do"
    )
    overlap: int = Field(
        32, ge=16, le=32, description="pixels that tiles share, blended from one to the next"
    )
    device: Device = "auto"


def prove(settings: Settings) -> None:
    """Refuse a file that is not there, or is another one; nothing is loaded."""
    verified(_KEY, settings.file, settings.sha256, settings.licence.strip())


class Engine(Tiled):
    """An enlarger."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:  # noqa: ARG002  the file is IT's
        """Load the verified file; ConfigError names the key that is missing or wrong."""
        data = verified(_KEY, settings.file, settings.sha256, settings.licence.strip())
        self._device = pick(settings.device)
        self._network = _loaded(data, settings).to(self._device).eval()
        self.scale, self.tile, self.overlap = self._network.scale, settings.tile, settings.overlap

    def enlarge(self, picture: Picture) -> OtherPicture:
        """Return the picture ``scale`` times as wide and as high; OutsideError when the smallest tile is too large."""
        while True:
            try:
                return super().enlarge(picture)
            except RuntimeError as error:
                if not full_memory(error):
                    raise
                self._halve(error)

    def _halve(self, error: Exception) -> None:
        """Use smaller tiles from now on."""
        if self.tile // 2 < _LEAST:
            message = f"{_KEY}: the graphics card has too little memory for a tile of {self.tile} pixels"
            raise OutsideError(message) from error
        self.tile //= 2
        logging.getLogger(__name__).warning("out of memory: tiles of %d pixels from now on", self.tile)

    def _part(self, part: Picture) -> np.ndarray:
        """Run one tile."""
        import torch  # noqa: PLC0415  heavy

        with torch.inference_mode():
            given = torch.from_numpy(self._filled(part).astype(np.float32)).to(self._device)
            found = self._network(given).float().cpu().numpy()
        return self._cut(found, part)


def _loaded(data: bytes, settings: Settings) -> Any:
    """Return the network of verified bytes; ConfigError when it is none that enlarges pictures."""
    import safetensors.torch  # noqa: PLC0415  heavy
    import spandrel  # noqa: PLC0415

    refuse_code(str(settings.file), data)
    try:
        found = spandrel.ModelLoader().load_from_state_dict(safetensors.torch.load(data))
    except (safetensors.SafetensorError, spandrel.UnsupportedModelError, KeyError, RuntimeError) as error:
        message = f"{_KEY}.file {settings.file}: Spandrel does not take it: {error!r}"
        raise ConfigError(message) from error
    if found.purpose != "SR" or (found.input_channels, found.output_channels) != (3, 3) or found.scale < 2:
        message = f"{_KEY}.file {settings.file}: {found.architecture.name} is for {found.purpose}, not for enlarging pictures"
        raise ConfigError(message)
    return found

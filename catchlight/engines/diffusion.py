"""A diffusion pipeline paints what a photo lacks, from weights that the company supplies; never a face.

The pipelines are declared in ``_pipelines``, one file each. Words are encoded once and kept, so that the
text encoder is not loaded beside the denoiser.
"""

import gc
import hashlib
import json
import logging
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from catchlight import plugins
from catchlight.device import Device, pick
from catchlight.engines import Facts
from catchlight.engines._placing import place, tile
from catchlight.engines._room import MODES, Room, fit, modes_for
from catchlight.engines._take import take_of
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Take, Words
from catchlight.vault import write_whole
from catchlight.weights import Weights, describe, stamps, verify_weights

FACTS = Facts(
    jobs=("paint",), models=(), licence="the weights' own", commercial=None, memory_mb=12000,
    note="a folder of weights that IT supplies and seals; a graphics card for anything but tests",
)  # fmt: skip
_KEY = "engines.options.diffusion"
_PIPELINES = "catchlight.engines._pipelines"


class Settings(BaseModel):
    """Which weights, and how they are run. A folder that is not sealed is refused."""

    model_config = ConfigDict(extra="forbid")
    weights: Path | None = Field(None, description="folder with model_index.json, sealed by IT")
    device: Device = "auto"
    memory: Literal["auto", "resident", "offload", "layers"] = Field(
        "auto", description="what lies on the card; auto: by the memory that is free when the weights load"
    )
    batch: int = Field(4, ge=1, le=16, description="pictures made at once, where memory allows")
    steps: int = Field(0, ge=0, le=100, description="0: as the pipeline is meant to run")
    side: int = Field(
        1024,
        ge=256,
        le=2048,
        multiple_of=16,
        description="pixels that are painted: a square of this side, or as many",
    )
    compiled: bool = Field(
        default=False, description="compile the denoiser: minutes at the start, faster from then on"
    )


def digests(settings: Settings, models: ModelStore) -> dict[str, str]:
    """Return the digest of the weights, which decide pixels, without reading them."""
    return {"weights": _described(settings, models).digest}


class Engine:
    """A painter."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Verify every byte of the weights; they are loaded with the first words. ConfigError names what is wrong."""
        self._settings, self._models = settings, models
        described = _described(settings, models)
        self._how = _declared(described)
        self._stamps = stamps(described)
        self._weights = verify_weights(described.folder, allow_noncommercial=models.allow_noncommercial)
        self.digest, self.step = described.digest, self._how.STEP
        self.most = min(self._how.MOST, settings.side**2)
        self._known: dict[Words, dict[str, Any]] = {}

    def warm(self, words: Words) -> None:
        """Encode the words, if nobody did before, and load the rest."""
        self._encoded(words)
        _ = self._pipe

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return one take a seed. OutsideError when not even one fits into memory."""
        import torch  # noqa: PLC0415  heavy

        self.warm(scene.words)
        takes: list[Take] = []
        while len(takes) < len(seeds):
            batch = seeds[len(takes) : len(takes) + self._room.batch]
            try:
                takes += self._run(scene, batch)
            except torch.OutOfMemoryError as error:
                self._shrink(error)
        return takes

    @property
    def _steps(self) -> int:
        return self._settings.steps or self._how.STEPS

    @cached_property
    def _device(self) -> Any:
        return pick(self._settings.device)

    @cached_property
    def _room(self) -> Room:
        if self._device.type == "cpu":
            return Room("resident", 1)
        import torch  # noqa: PLC0415  heavy

        parts = {name: size for name, size in self._weights.sizes.items() if name not in self._how.TEXT}
        free, modes = torch.cuda.mem_get_info()[0], modes_for(self._steps)
        room = fit(parts, free, self._settings.batch, self._how.MOST, modes)
        wanted = self._settings.memory
        return room if wanted == "auto" else Room(wanted, room.batch, room.tiled)

    def _shrink(self, error: Exception) -> None:
        """Do with less memory from now on; OutsideError when nothing is left to give up."""
        import torch  # noqa: PLC0415  heavy

        room = self._room.smaller(modes_for(self._steps))
        if room is None:
            message = f"{_KEY}: the graphics card has too little memory for one picture: {error}"
            raise OutsideError(message) from error
        logging.getLogger(__name__).warning("out of memory with %s; going on with %s", self._room, room)
        if room.mode != self._room.mode:
            self.__dict__.pop("_pipe", None)
        self.__dict__["_room"] = room
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @cached_property
    def _pipe(self) -> Any:
        """The pipeline without what reads words."""
        pipe = self._load(without=self._how.TEXT)
        self._how.prepare(pipe, self._weights.folder)
        place(pipe, self._room.mode, self._device)
        if self._settings.compiled:
            getattr(pipe, self._how.DENOISER).compile_repeated_blocks(fullgraph=True)
        return pipe

    def _load(self, without: tuple[str, ...]) -> Any:
        """Load the pipeline's parts from the verified files: safetensors, no code, no network."""
        import diffusers  # noqa: PLC0415  heavy

        diffusers.utils.logging.disable_progress_bar()
        kind, folder = getattr(diffusers, self._how.CLASS), self._weights.folder
        try:
            pipe = kind.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=self._dtype,
                **dict.fromkeys(without),
            )  # fmt: skip
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
            message = f"{_KEY}.weights {folder}: diffusers does not take it as {self._how.CLASS}: {error}"
            raise ConfigError(message) from error
        if stamps(self._weights) != self._stamps:
            message = f"{folder}: files changed while they were loaded; start again"
            raise ConfigError(message)
        pipe.set_progress_bar_config(disable=True)
        return pipe

    @property
    def _dtype(self) -> Any:
        import torch  # noqa: PLC0415  heavy

        return torch.float32 if self._device.type == "cpu" else torch.bfloat16

    def _encoded(self, words: Words) -> dict[str, Any]:
        """Return the words as tensors: remembered, kept in a file, or encoded now and kept."""
        if words not in self._known:
            file = self._models.root / ".words" / f"{self._key(words)}.safetensors"
            self._known[words] = _read(file) or self._encode(words, file)
        return {name: value.to(self._device) for name, value in self._known[words].items()}

    def _key(self, words: Words) -> str:
        parts = (self.digest, words.prompt, words.avoid, str(self._dtype))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _encode(self, words: Words, file: Path) -> dict[str, Any]:
        """Load what reads words alone, on the processor, and let it go again."""
        import safetensors.torch  # noqa: PLC0415  heavy
        import torch  # noqa: PLC0415  heavy

        if not self._how.TEXT:
            return {}
        index = json.loads((self._weights.folder / "model_index.json").read_bytes())
        others = (part for part in self._weights.sizes if part in index and part not in self._how.TEXT)
        pipe = self._load(without=tuple(others))
        with torch.inference_mode():
            found = {name: value.cpu().contiguous() for name, value in self._how.encode(pipe, words).items()}
        del pipe
        gc.collect()
        try:
            write_whole(file, safetensors.torch.save(found))
        except OSError as error:
            logging.getLogger(__name__).warning("%s: words cannot be kept: %s", file, error)
        return found

    def _run(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Make a batch: one seed, one generator on the processor, so that noise is the same on every card."""
        import PIL.Image  # noqa: PLC0415
        import torch  # noqa: PLC0415  heavy

        pipe = self._pipe
        if self._room.tiled:
            tile(pipe.vae)
        height, width = scene.mask.shape
        given = {"image": PIL.Image.fromarray(scene.picture), "height": height, "width": width,
                 "mask_image": PIL.Image.fromarray(scene.mask.astype(np.uint8) * 255)}  # fmt: skip
        words = self._encoded(scene.words)
        with torch.inference_mode():
            made = pipe(
                **self._how.arguments(pipe, given, words, scene.words), strength=self._how.STRENGTH,
                num_inference_steps=self._steps, num_images_per_prompt=len(seeds),
                generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds], output_type="pt",
            ).images  # fmt: skip
        finite = made.isfinite().all(1).cpu().numpy()
        found = (
            (made.float().nan_to_num() * 255).clamp(0, 255).round().byte().permute(0, 2, 3, 1).contiguous()
        )
        each = zip(seeds, found.cpu().numpy(), finite, strict=True)
        return [take_of(scene, *one) for one in each]


def _described(settings: Settings, models: ModelStore) -> Weights:
    if settings.weights is None:
        message = f"{_KEY}.weights is not set: name the folder of weights that your IT sealed; Catchlight brings none"
        raise ConfigError(message)
    return describe(settings.weights, allow_noncommercial=models.allow_noncommercial)


def _declared(weights: Weights) -> ModuleType:
    """Return the declaration of the weights' pipeline; ConfigError names those that there are."""
    known = {how.CLASS: how for how in (plugins.load(_PIPELINES, name) for name in plugins.names(_PIPELINES))}
    if weights.pipeline not in known:
        message = f"{weights.folder}: pipeline {weights.pipeline!r} is not one of {', '.join(sorted(known))}"
        raise ConfigError(message)
    return known[weights.pipeline]


def _read(file: Path) -> dict[str, Any]:
    """Return kept words; {} when there are none, or none that can be read."""
    import safetensors  # noqa: PLC0415  heavy
    import safetensors.torch  # noqa: PLC0415

    try:
        return safetensors.torch.load(file.read_bytes())
    except (OSError, safetensors.SafetensorError):
        return {}


__all__ = ["FACTS", "MODES", "Engine", "Settings", "digests"]

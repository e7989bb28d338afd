"""A diffusion pipeline paints what a photo lacks, from weights that the company supplies; never a face.

The pipelines are declared in ``_pipelines``, one file each. Words are encoded once and kept, so that the
text encoder is not loaded beside the denoiser.
"""

import gc
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from catchlight.device import Device
from catchlight.engines import Facts, _kept_words
from catchlight.engines._aside import Aside, to_bytes
from catchlight.engines._loading import declared, load
from catchlight.engines._placing import device_for, place, tile
from catchlight.engines._remembered import remember
from catchlight.engines._room import MODES, Room, fit, modes_for
from catchlight.engines._take import take_of
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Take, Words
from catchlight.weights import Weights, describe, stamps, verify_weights
from catchlight.whose_fault import full_memory

FACTS = Facts(
    jobs=("paint",), models=(), licence="the weights' own", commercial=None, memory_mb=12000,
    note="a folder of weights that IT supplies and seals; a graphics card for anything but tests",
    needs=("weights",),
)  # fmt: skip
_KEY = "engines.options.diffusion"
Made = TypeVar("Made")


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
        le=1024,
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
    """A painter for several threads: ``card`` is held while the card denoises, not while pictures become bytes."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Verify every byte of the weights; they are loaded with the first words. ConfigError names what is wrong."""
        self._settings, self._models = settings, models
        described = _described(settings, models)
        self._how = declared(described)
        self._stamps = stamps(described)
        self._weights = verify_weights(described.folder, allow_noncommercial=models.allow_noncommercial)
        self.digest, self.step = described.digest, self._how.STEP
        self.most = min(self._how.MOST, settings.side**2)
        self._known: dict[Words, dict[str, Any]] = {}
        self.card = threading.Lock()

    def warm(self, words: Words) -> None:
        """Encode the words, if nobody did before, and load the rest. OutsideError when it does not fit into memory."""
        self._fitted(lambda _room: self._ready(words))

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return one take a seed. OutsideError when not even one fits into memory."""
        self.warm(scene.words)
        takes: list[Take] = []
        while len(takes) < len(seeds):
            takes += self._fitted(partial(self._run, scene, seeds[len(takes) :]))
        return takes

    def _ready(self, words: Words) -> None:
        with self.card:
            self._encoded(words)
            _ = self._pipe

    def _fitted(self, work: Callable[[Room], Made]) -> Made:
        """Do some work in the room that there is, or in less where the card is full all the same. OutsideError."""
        while True:
            room = self._room
            try:
                return work(room)
            except RuntimeError as error:
                if not full_memory(error):
                    raise
                told = str(error)
            with self.card, self._aside.turn:  # past the handler, which holds on to what filled the card
                self._shrink(told, room)

    @property
    def _steps(self) -> int:
        return self._settings.steps or self._how.STEPS

    @cached_property
    def _device(self) -> Any:
        return device_for(self._settings.device)

    @cached_property
    def _room(self) -> Room:
        if self._device.type == "cpu":
            return Room("resident", 1)
        import torch  # noqa: PLC0415  heavy

        parts = {name: size for name, size in self._weights.sizes.items() if name not in self._how.TEXT}
        free, modes = torch.cuda.mem_get_info()[0], modes_for(self._steps)
        room = fit(parts, free, self._settings.batch, self._how.MOST, modes)
        mode = room.mode if self._settings.memory == "auto" else self._settings.memory
        beside = room.beside and mode == "resident" and hasattr(self._how, "decode")
        return replace(room, mode=mode, beside=beside)

    @cached_property
    def _aside(self) -> Aside:
        return Aside(self._device)

    def _shrink(self, told: str, tried: Room) -> None:
        """Do with less memory than was tried from now on; OutsideError when nothing is left to give up."""
        import torch  # noqa: PLC0415  heavy

        if self._room != tried:  # somebody else met the same limit
            return
        room = self._room.smaller(modes_for(self._steps))
        if room is None:
            message = f"{_KEY}: the graphics card has too little memory for one picture: {told}"
            raise OutsideError(message)
        logging.getLogger(__name__).warning("out of memory with %s; going on with %s", self._room, room)
        if room.mode != self._room.mode:
            self.__dict__.pop("_pipe", None)
        self.__dict__["_room"] = room
        gc.collect()
        torch.cuda.empty_cache()

    @cached_property
    def _pipe(self) -> Any:
        """The pipeline without what reads words."""
        pipe = self._load(without=self._how.TEXT)
        self._how.prepare(pipe, self._weights.folder)
        remember(pipe.vae)
        place(pipe, self._room.mode, self._device)
        if self._settings.compiled and self._room.mode != "layers":  # whose copies cannot be compiled
            getattr(pipe, self._how.DENOISER).compile_repeated_blocks(fullgraph=True)
        return pipe

    def _load(self, without: tuple[str, ...]) -> Any:
        """Load the pipeline's other parts; ConfigError when files changed since they were verified."""
        pipe = load(self._how, self._weights, self._dtype, without)
        if stamps(self._weights) != self._stamps:
            message = f"{self._weights.folder}: files changed while they were loaded; start again"
            raise ConfigError(message)
        return pipe

    @property
    def _dtype(self) -> Any:
        import torch  # noqa: PLC0415  heavy

        return torch.float32 if self._device.type == "cpu" else torch.bfloat16

    def _encoded(self, words: Words) -> dict[str, Any]:
        """Return the words as tensors: remembered, kept in a file, or encoded now and kept."""
        if words not in self._known:
            file = _kept_words.file_of(self._models, self.digest, words, self._dtype)
            read = _kept_words.read(file) or self._read(words, file)
            self._known[words] = {name: value.to(self._device) for name, value in read.items()}
        return self._known[words]

    def _read(self, words: Words, file: Path) -> dict[str, Any]:
        """Load what reads words alone, on the processor, let it go again, and keep what it read."""
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
        _kept_words.keep(file, found)
        return found

    def _run(self, scene: Scene, seeds: tuple[int, ...], room: Room) -> list[Take]:
        """Make the first of these, as many as there is room for."""
        seeds = seeds[: room.batch]
        found, finite = self._made(scene, seeds)
        return [take_of(scene, *one) for one in zip(seeds, found, finite, strict=True)]

    def _made(self, scene: Scene, seeds: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Denoise with the card to ourselves; decode beside the next batch, if there is room for both."""
        with self.card:
            pipe, aside = self._pipe, self._aside
            if not self._room.beside:
                return to_bytes(self._called(pipe, scene, seeds, "pt"))
            latents = self._called(pipe, scene, seeds, "latent")
            aside.take(latents)
        with aside.decoding():
            return to_bytes(self._how.decode(pipe, latents))

    def _called(self, pipe: Any, scene: Scene, seeds: tuple[int, ...], output: str) -> Any:
        """Call the pipeline: one seed, one generator on the processor, so that noise is the same on every card."""
        import PIL.Image  # noqa: PLC0415
        import torch  # noqa: PLC0415  heavy

        if self._room.tiled:
            tile(pipe.vae)
        height, width = scene.mask.shape
        given = {"image": PIL.Image.fromarray(scene.picture), "height": height, "width": width,
                 "mask_image": PIL.Image.fromarray(scene.mask.astype(np.uint8) * 255)}  # fmt: skip
        with torch.inference_mode():
            return pipe(
                **self._how.arguments(pipe, given, self._encoded(scene.words), scene.words),
                strength=self._how.STRENGTH, num_inference_steps=self._steps, num_images_per_prompt=len(seeds),
                generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds], output_type=output,
            ).images  # fmt: skip


def _described(settings: Settings, models: ModelStore) -> Weights:
    if settings.weights is None:
        message = f"{_KEY}.weights is not set: name the folder of weights that your IT sealed; Catchlight brings none"
        raise ConfigError(message)
    return describe(settings.weights, allow_noncommercial=models.allow_noncommercial)


__all__ = ["FACTS", "MODES", "Engine", "Settings", "digests"]

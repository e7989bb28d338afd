"""Tiny instances of every pipeline, by name, and an engine that loads one as a preset does."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catchlight.engines._room import Room
from catchlight.engines.diffusion import Engine, Settings
from catchlight.models import ModelStore
from catchlight.painting import Scene, Words
from catchlight.weights import Weights
from tests import tiny_qwen
from tests.tiny_pipelines import flux2_klein, sdxl

ADAPTER = "sdxl with an IP-Adapter"
MAKERS: dict[str, Callable[[Path], Weights]] = {
    "klein": flux2_klein,
    "sdxl": sdxl,
    ADAPTER: partial(sdxl, adapter=True),
    "qwen": tiny_qwen.qwen_image_edit,
}
OFFICE = Words("w2 w3 w4", "w5")
STEPS = 2
_SMALL = """
import functools
from catchlight import easel

@functools.wraps(easel.serve)
def serve(*given, real=easel.serve):
    import pytest
    from tests.tiny_qwen import make_small
    make_small(pytest.MonkeyPatch())
    real(*given)

easel.serve = serve
"""


def make(name: str, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Write and seal tiny weights; return their folder."""
    if name == "qwen":
        tiny_qwen.make_small(patch)
    MAKERS[name](folder)
    return folder


def make_for_painters(name: str, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Do as ``make``, and let painters in processes of their own load the weights as well."""
    if name == "qwen":
        elsewhere(patch, folder.parent, _SMALL)
    return make(name, folder, patch)


def elsewhere(patch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Let every Python process that is started from here on run some code first."""
    look = folder / "look"
    look.mkdir()
    (look / "sitecustomize.py").write_text(code, encoding="utf-8")
    patch.setenv("PYTHONPATH", f"{look}:{Path(__file__).parents[1]}")


def engine(weights: Path, room: Room | None = None, **more: Any) -> Engine:
    """Load weights on the processor; the card has as much room as we say."""
    settings = Settings.model_validate({"weights": weights, "device": "cpu", "steps": STEPS, **more})
    made = Engine(settings, ModelStore(weights.parent / "models"))
    made.__dict__.update({"_room": room} if room else {})
    _ = made._device  # a processor computes with one thread, from where it is chosen on
    return made


def scene(words: Words = OFFICE, size: tuple[int, int] = (128, 128)) -> Scene:
    """Return noise whose left half may be repainted."""
    picture = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    return Scene(picture, np.arange(size[1]) < np.full((size[0], 1), size[1] // 2), words)


def paint(made: Engine, *seeds: int, of: Scene | None = None) -> np.ndarray:
    """Return what seeds gave, pictures all of them."""
    takes = made.paint(of or scene(), seeds)
    assert [take.fault for take in takes] == [""] * len(seeds)
    return np.stack([take.picture for take in takes if take.picture is not None]).astype(int)

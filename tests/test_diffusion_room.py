"""A card that is full, compiled, or not to be used: the painter does with less, or says what is wrong before it paints for hours."""

from pathlib import Path
from typing import Any, Literal

import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import torch

from catchlight.engines import diffusion
from catchlight.engines._room import Room
from catchlight.engines.diffusion import Engine, Settings
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from tests.test_diffusion import OFFICE, engine, scene
from tests.tiny_pipelines import flux2_klein


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sealed folder with a tiny FLUX.2 klein."""
    folder = tmp_path_factory.mktemp("klein") / "weights"
    flux2_klein(folder)
    return folder


def test_a_card_that_is_full_when_the_weights_come_takes_fewer_of_them(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else filled it since it was measured: the next mode is tried, as while painting, and at last a sentence."""
    made, placed = engine(weights, tmp_path), list[str]()
    made.__dict__["_room"], real = Room("resident", 2), diffusion.place

    def place(pipe: Any, mode: Any, device: Any) -> None:
        placed.append(mode)
        if mode in full:
            raise torch.OutOfMemoryError("no room")
        real(pipe, mode, device)

    monkeypatch.setattr(diffusion, "place", place)
    full = ["resident", "layers"]
    with pytest.raises(OutsideError, match="too little memory"):
        made.warm(OFFICE)
    full, made.__dict__["_room"] = ["resident"], Room("resident", 2)
    assert [take.seed for take in made.paint(scene(), (1, 2))] == [1, 2]
    assert made._room == Room("layers", tiled=True)
    assert placed[-2:] == ["resident", "layers"]


@pytest.mark.parametrize(
    "told",
    [
        "GET was unable to find an engine to execute this computation",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED.",
    ],
)
def test_a_card_that_is_full_in_other_words_takes_fewer_pictures(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """Only torch's own allocator has a type for it; cuDNN and cuBLAS say it in a sentence, which is no photo's fault."""
    made, real = engine(weights, tmp_path), Engine._called

    def called(self: Engine, pipe: Any, of: Any, seeds: tuple[int, ...], output: str) -> Any:
        if len(seeds) > 1:
            raise RuntimeError(told)
        return real(self, pipe, of, seeds, output)

    monkeypatch.setattr(Engine, "_called", called)
    made.__dict__["_room"] = Room("resident", 2)
    assert [take.seed for take in made.paint(scene(), (1, 2)) if take.picture is not None] == [1, 2]
    assert made._room == Room("resident", 1)


def test_a_mistake_is_no_full_card(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the room stays as it was."""

    def called(*_: Any) -> Any:
        raise RuntimeError("shapes do not fit")

    made = engine(weights, tmp_path)
    monkeypatch.setattr(Engine, "_called", called)
    made.__dict__["_room"] = Room("resident", 2)
    with pytest.raises(RuntimeError, match="shapes"):
        made.paint(scene(), (1, 2))
    assert made._room == Room("resident", 2)


@pytest.mark.parametrize("mode", ["resident", "layers"])
def test_a_compiled_denoiser_paints_in_each_mode(
    weights: Path, tmp_path: Path, mode: Literal["resident", "layers"]
) -> None:
    """Block by block it is not compiled: the copies between blocks cannot be, and every picture failed."""
    made = Engine(
        Settings(weights=weights, device="cpu", steps=1, compiled=True), ModelStore(tmp_path / "models")
    )
    made.__dict__["_room"] = Room(mode, 1)
    assert made.paint(scene(), (1,))[0].picture is not None


def test_a_card_that_torch_cannot_use_is_no_reason_to_paint_for_hours(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A painter that was given a card says what is wrong with it; who wants a processor says so."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with pytest.raises(ConfigError, match="torch cannot use it"):
        Engine(Settings(weights=weights), ModelStore(tmp_path / "models")).warm(OFFICE)
    assert Engine(Settings(weights=weights, device="cpu"), ModelStore(tmp_path / "m"))._device.type == "cpu"

"""Super-resolution from safetensors: recognised by its weights, tile by tile, smaller tiles when memory is short."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from catchlight.engines.superres_spandrel import Engine, Settings
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.vault import digest_of
from tests.standin_torchvision import architecture

SRVGGNetCompact = architecture("Compact", "SRVGG").SRVGGNetCompact
DnCNN = architecture("DnCNN", "network_dncnn").DnCNN


def network(seed: int = 0) -> bytes:
    """Return a small network of random weights, as Real-ESRGAN's compact ones are, that enlarges twice."""
    torch.manual_seed(seed)
    return save(SRVGGNetCompact(num_feat=8, num_conv=2, upscale=2).state_dict())


def engine(folder: Path, data: bytes, **more: Any) -> Engine:
    """Load a network as a preset does."""
    file = folder / "network.safetensors"
    file.write_bytes(data)
    options = {
        "file": file,
        "sha256": digest_of(data),
        "licence": "BSD-3-Clause",
        "tile": 64,
        "device": "cpu",
    }
    return Engine(Settings.model_validate(options | more), ModelStore(folder))


def noise(height: int, width: int) -> np.ndarray:
    """Return a picture that no two tiles have alike."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def test_tiles_give_what_the_whole_gives(tmp_path: Path) -> None:
    """Away from the edges that a tile does not see past, tiles and whole agree; shapes and scale are right."""
    picture = noise(100, 140)
    tiled, whole = (engine(tmp_path, network(), tile=tile).enlarge(picture) for tile in (64, 256))
    assert tiled.shape == whole.shape == (200, 280, 3)
    assert np.abs(tiled.astype(int) - whole)[16:-16, 16:-16].mean() < 0.5


def test_a_full_card_gets_smaller_tiles(tmp_path: Path) -> None:
    """Halved until it fits, and it stays so; below 64 pixels the run says what is wrong."""
    made = engine(tmp_path, network(), tile=256)
    real = made._part

    def fits(part: np.ndarray) -> np.ndarray:
        if made.tile > 64:
            raise torch.OutOfMemoryError("no room")
        return real(part)

    made._part = fits  # type: ignore[method-assign]
    assert made.enlarge(noise(90, 90)).shape == (180, 180, 3)
    assert made.tile == 64

    def never(part: np.ndarray) -> np.ndarray:  # noqa: ARG001
        raise RuntimeError("GET was unable to find an engine to execute this computation")

    made._part = never  # type: ignore[method-assign]
    with pytest.raises(OutsideError, match="64 pixels"):
        made.enlarge(noise(90, 90))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x80\x04K\x01.", "pickle"),
        (b"no network", "does not take it"),
        (save({"w": torch.ones(3)}), "does not take it"),
        (save(DnCNN(in_nc=3, out_nc=3, nc=8, nb=4).state_dict()), "not for enlarging"),
    ],
    ids=["pickle", "text", "stranger", "denoiser"],
)
def test_what_does_not_enlarge_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    """Before the first photo, with the file's name."""
    with pytest.raises(ConfigError, match=said) as caught:
        engine(tmp_path, data)
    assert "network.safetensors" in str(caught.value)


def test_a_file_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Without licence, and with another digest."""
    for wrong, said in (({"licence": " "}, "licence is not set"), ({"sha256": "0" * 64}, "vouched for")):
        with pytest.raises(ConfigError, match=said):
            engine(tmp_path, network(), **wrong)

"""BiRefNet from a file that IT supplies, by a stand-in network with its signature."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from catchlight.engines.birefnet import Engine, Settings
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from catchlight.vault import digest_of


def network(side: int | str = 64, bias: float = 0.0) -> bytes:
    """Return a network that takes the mean of the normalised channels for its logit, and adds ``bias``."""
    weights = np.full((1, 3, 1, 1), 1 / 3, np.float32)
    nodes = [
        helper.make_node("Conv", ["input_image", "weights"], ["mean"]),
        helper.make_node("Add", ["mean", "bias"], ["out"]),
    ]
    entry = helper.make_tensor_value_info("input_image", TensorProto.FLOAT, [1, 3, side, side])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1, side, side])
    consts = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.float32(bias), "bias"),
    ]
    graph = helper.make_graph(nodes, "standin", [entry], [out], consts)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def engine(folder: Path, data: bytes, **more: Any) -> Engine:
    """Write a network as IT does, and load it as a preset does."""
    file = folder / "birefnet.onnx"
    file.write_bytes(data)
    options = {"file": file, "sha256": digest_of(data), "licence": "MIT"} | more
    return Engine(Settings.model_validate(options), ModelStore(folder))


def test_the_mask_is_the_networks_own(tmp_path: Path) -> None:
    """Channels are normalised as the network was trained, the logit becomes a share, the size is the picture's."""
    picture = np.zeros((90, 150, 3), np.uint8)
    picture[:, 75:] = 255
    mask = engine(tmp_path, network()).segment(picture)
    mean, spread = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    dark, light = (float(1 / (1 + np.exp(-((v - mean) / spread).mean()))) for v in (0, 1))
    assert mask.shape == (90, 150)
    assert mask.dtype == np.float32
    assert mask[:, :65].mean() == pytest.approx(dark, abs=1e-3)
    assert mask[:, 85:].mean() == pytest.approx(light, abs=1e-3)


def test_nobody_stays_nobody(tmp_path: Path) -> None:
    """A picture in which the network sees nobody gives an empty mask, not a stretched one."""
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    assert engine(tmp_path, network(bias=-12)).segment(picture).max() < 0.01


def test_a_network_of_any_size_takes_the_settings_side(tmp_path: Path) -> None:
    """Where the file leaves the size open the preset says it."""
    assert engine(tmp_path, network("side"), side=256).side == 256
    assert engine(tmp_path, network(64), side=256).side == 64


def test_what_it_says_is_trusted_in_hair() -> None:
    """The engine states that its mask is fine, so that the refinement leaves it alone where it is sure."""
    assert Engine.FINE is True


@pytest.mark.parametrize(
    ("more", "named"),
    [({"sha256": "0" * 64}, "sha256"), ({"licence": " "}, "licence"), ({"file": None}, "file")],
)
def test_a_file_that_nobody_vouches_for_is_refused(tmp_path: Path, more: dict[str, Any], named: str) -> None:
    """Another digest, no licence, no file: the message names the key."""
    with pytest.raises(ConfigError, match=rf"engines\.options\.birefnet\.{named}"):
        engine(tmp_path, network(), **more)


def test_another_kind_of_network_is_refused(tmp_path: Path) -> None:
    """A file that is no network, or takes no square RGB picture, is refused with the reason."""
    with pytest.raises(ConfigError, match="onnxruntime does not take it"):
        engine(tmp_path, b"not a network")

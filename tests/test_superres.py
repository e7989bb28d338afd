"""Super-resolution from a file that IT supplies: hair and clothes only, tile by tile, and the face as it was."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from catchlight import enlarge, framing
from catchlight.anatomy import Picture
from catchlight.config import load_preset
from catchlight.engines.superres_onnx import Engine, Settings
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from catchlight.studio import Studio
from catchlight.vault import digest_of
from tests.studio import drawn_face

pytest_plugins = ["tests.studio_fixtures"]


def network(scale: int = 2, side: int | str = "side", gain: float = 1.0) -> bytes:
    """Return a network that enlarges plainly, each channel by itself, and multiplies by ``gain``."""
    weights = np.zeros((3, 3, scale, scale), np.float32)
    weights[range(3), range(3)] = gain
    node = helper.make_node(
        "ConvTranspose", ["input", "weights"], ["out"], kernel_shape=[scale] * 2, strides=[scale] * 2
    )
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, side, side])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3, None, None])
    graph = helper.make_graph(
        [node], "standin", [entry], [out], [numpy_helper.from_array(weights, "weights")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def options(folder: Path, data: bytes, **more: Any) -> dict[str, Any]:
    """Write a network as IT does; return the engine's options in a preset."""
    file = folder / "superres.onnx"
    file.write_bytes(data)
    return {"file": file, "sha256": digest_of(data), "licence": "contract 12", "scale": 2, "tile": 64} | more


def engine(folder: Path, data: bytes, **more: Any) -> Engine:
    """Load a network as a preset does."""
    return Engine(Settings.model_validate(options(folder, data, **more)), ModelStore(folder))


def noise(height: int, width: int) -> Picture:
    """Return a picture that no two tiles have alike."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("size", [(20, 30), (64, 64), (65, 200), (150, 131)])
def test_tiles_leave_no_seam(tmp_path: Path, scale: int, size: tuple[int, int]) -> None:
    """Smaller than a tile, just as large, or of many: every pixel is where it belongs, none is missing."""
    picture = noise(*size)
    large = engine(tmp_path, network(scale), scale=scale).enlarge(picture)
    assert np.array_equal(large, picture.repeat(scale, 0).repeat(scale, 1))


def test_where_tiles_disagree_one_passes_into_the_other(tmp_path: Path) -> None:
    """A network that sees each tile's edge differently leaves no step between tiles."""
    made = engine(tmp_path, network(), overlap=32)
    tiles = iter([0.0, 200.0])
    made._part = lambda part: np.full((part.shape[0] * 2, part.shape[1] * 2, 3), next(tiles), np.float32)  # type: ignore[method-assign]
    row = made.enlarge(noise(64, 96))[0, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 200)
    assert np.diff(row).min() >= 0
    assert np.diff(row).max() <= 5


def test_a_network_of_fixed_size_sets_the_tile(tmp_path: Path) -> None:
    """An export for one size only is used at that size."""
    made = engine(tmp_path, network(side=96))
    assert made.tile == 96
    assert np.array_equal(made.enlarge(noise(100, 100))[::2, ::2], noise(100, 100))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"file": None}, "superres_onnx.file is not set"),
        ({"sha256": ""}, "superres_onnx.sha256 is not set"),
        ({"licence": " "}, "superres_onnx.licence is not set"),
        ({"file": Path("gone.onnx")}, r"superres_onnx.file gone.onnx: cannot be read"),
        ({"sha256": "0" * 64}, "not the file that was vouched for"),
    ],
)
def test_a_file_that_nobody_vouches_for_is_refused(tmp_path: Path, change: dict[str, Any], key: str) -> None:
    """The message names the key of the preset, before the first photo."""
    with pytest.raises(ConfigError, match=key):
        engine(tmp_path, network(), **change)


@pytest.mark.parametrize("data", [b"no network", network(side=32)])
def test_what_is_no_such_network_is_refused(tmp_path: Path, data: bytes) -> None:
    """Bytes that are none, and a network for tiles smaller than what they share, are told by file."""
    with pytest.raises(ConfigError, match=r"superres_onnx.file .*superres.onnx"):
        engine(tmp_path, data)


def test_a_wrong_scale_is_told(tmp_path: Path) -> None:
    """A file that enlarges twice does not pass for one that enlarges four times."""
    with pytest.raises(ConfigError, match=r"superres_onnx.scale.*not 4 times"):
        engine(tmp_path, network(2), scale=4).enlarge(noise(64, 64))


def test_nobody_enlarges_unless_the_preset_says_so(tmp_path: Path) -> None:
    """The job is optional; named in a preset, a changed file stops the engines from warming up."""
    preset = load_preset("house")
    assert Studio(preset, ModelStore(tmp_path)).enlarger is None
    own = {"superres_onnx": options(tmp_path, network())}
    engines = preset.engines.model_copy(update={"enlarge": "superres_onnx", "options": own})
    enlarger = Studio(preset.model_copy(update={"engines": engines}), ModelStore(tmp_path)).enlarger
    assert enlarger is not None
    assert enlarger.scale == 2
    text = 'title = "Own"\n[engines]\nenlarge = "selfie"'
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"engines\.enlarge"):
        load_preset(str(tmp_path / "own.toml"))


def test_the_face_is_the_photos_own(tmp_path: Path) -> None:
    """With and without the engine every byte of the face is the same; hair and clothes are the engine's."""
    face, picture = drawn_face(60), noise(500, 640)
    to = framing.Affine(np.array([[2.0, 0, -500], [0, 2.0, -350]]), 600, 640)
    plain = framing.level(picture, to)
    made = enlarge.resample(picture, to, engine(tmp_path, network(gain=0.5)))
    oval = to.points(face.oval)
    mask = enlarge.face_mask(oval, 640, 600)
    whole = enlarge.blend(plain, made, mask)
    inside = np.zeros((640, 600), np.uint8)
    cv2.fillPoly(inside, [oval.round().astype(np.int32)], (1,))
    assert np.array_equal(whole[inside > 0], plain[inside > 0])
    assert np.array_equal(whole[mask == 0], made[mask == 0])
    assert 0.1 < (mask == 0).mean() < 0.9


def test_an_enlarged_picture_lies_where_the_plain_one_does(tmp_path: Path) -> None:
    """Through the engine nothing moves: the frame shows the same part of the photo, at any place and turn."""
    y, x = np.mgrid[0:300, 0:400]
    picture = np.stack([x / 2, y / 2, 90 + 0 * x], -1).astype(np.uint8)
    made = engine(tmp_path, network())
    for roll, shift in ((0, (-200.0, -150.0)), (12, (-100.0, -260.0))):
        turn = 1.7 * np.array([[np.cos(np.radians(roll)), np.sin(np.radians(roll))],
                               [-np.sin(np.radians(roll)), np.cos(np.radians(roll))]])  # fmt: skip
        to = framing.Affine(np.hstack([turn, np.array(shift)[:, None]]), 200, 160)
        off = framing.level(picture, to).astype(int) - enlarge.resample(picture, to, made)
        assert np.abs(off).mean() < 0.6
        assert abs(off.mean()) < 0.1

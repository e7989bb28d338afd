"""Model packs that IT supplies: exactly what the manifest lists, or a refusal that says why."""

import hashlib
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.models import verify_pack

FACE = b"ONNX face " * 70


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _torch_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps([1]))
    return packed.getvalue()


def write_pack(folder: Path, *, commercial: bool = True, **extra: str) -> Path:
    """Write a pack of one model with its manifest."""
    folder.mkdir()
    (folder / "det.onnx").write_bytes(FACE)
    rows = {"file": "det.onnx", "sha256": _sha(FACE), "licence": "Bought"} | extra
    lines = [f"{key} = '{value}'" for key, value in rows.items()] + [
        f"commercial = {str(commercial).lower()}"
    ]
    (folder / "catchlight-models.toml").write_text("\n".join(["[[model]]", *lines]))
    return folder


def test_a_pack_gives_its_verified_bytes(tmp_path: Path) -> None:
    """A pack that is as its manifest says is handed out by file name."""
    assert verify_pack(write_pack(tmp_path / "pack")) == {"det.onnx": FACE}


def test_a_noncommercial_pack_needs_a_bought_licence(tmp_path: Path) -> None:
    """Non-commercial weights are refused until a licence file lies beside them, or it is allowed."""
    free = write_pack(tmp_path / "free", commercial=False)
    with pytest.raises(ConfigError, match="does not allow commercial use"):
        verify_pack(free)
    assert verify_pack(free, allow_noncommercial=True) == {"det.onnx": FACE}
    bought = write_pack(tmp_path / "bought", commercial=False, licence_file="contract.pdf")
    with pytest.raises(ConfigError, match=r"contract\.pdf"):
        verify_pack(bought)
    (bought / "contract.pdf").write_bytes(b"%PDF signed")
    assert verify_pack(bought) == {"det.onnx": FACE}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: (p / "det.onnx").write_bytes(FACE[:-1] + b"?"), "sha256"),
        (lambda p: (p / "det.onnx").unlink(), "missing"),
        (lambda p: (p / "more.onnx").write_bytes(FACE), r"more\.onnx: not listed"),
        (lambda p: (p / "catchlight-models.toml").unlink(), "cannot be read"),
        (lambda p: (p / "catchlight-models.toml").write_text("[[model]]\nfile = 1"), "model.0.sha256"),
        (lambda p: (p / "catchlight-models.toml").write_text("= no toml"), "not valid TOML"),
    ],
    ids=["one byte", "missing", "unlisted", "no manifest", "half a manifest", "no TOML"],
)
def test_a_spoiled_pack_is_refused(tmp_path: Path, spoil: Callable[[Path], object], said: str) -> None:
    """Whatever is not as IT wrote it is refused, and the message names it."""
    folder = write_pack(tmp_path / "pack")
    spoil(folder)
    with pytest.raises(ConfigError, match=said):
        verify_pack(folder)


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("weights.pth", FACE),
        ("det.onnx", pickle.dumps(["x"])),
        ("det.safetensors", _torch_archive()),
    ],
)
def test_a_pack_with_a_pickle_is_refused_even_if_listed(tmp_path: Path, file: str, data: bytes) -> None:
    """A correct digest does not make a file that can run code acceptable."""
    folder = write_pack(tmp_path / "pack", file=file, sha256=_sha(data))
    (folder / "det.onnx").unlink()
    (folder / file).write_bytes(data)
    with pytest.raises(ConfigError, match="run code"):
        verify_pack(folder)


@pytest.mark.parametrize("file", ["link.onnx", "../outside.onnx"])
def test_a_pack_stays_inside_its_folder(tmp_path: Path, file: str) -> None:
    """Neither a symlink nor a path leads to a file elsewhere."""
    folder = write_pack(tmp_path / "pack", file=file)
    (folder / "det.onnx").unlink()
    (tmp_path / "outside.onnx").write_bytes(FACE)
    if file == "link.onnx":
        (folder / file).symlink_to(tmp_path / "outside.onnx")
    with pytest.raises(ConfigError, match="leads out"):
        verify_pack(folder)


def test_onnx_with_its_weights_elsewhere_is_refused(tmp_path: Path) -> None:
    """An ONNX graph that names another file for its weights cannot be verified as one file."""
    onnx = pytest.importorskip("onnx")
    import numpy as np  # noqa: PLC0415

    weights = onnx.numpy_helper.from_array(np.zeros((64, 64), np.float32), "w")
    whole = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], [], [weights]))
    assert verify_pack(_onnx_pack(tmp_path / "whole", whole.SerializeToString()))
    onnx.save_model(
        whole, tmp_path / "det.onnx", save_as_external_data=True, location="x.data", size_threshold=0
    )
    split = _onnx_pack(tmp_path / "split", (tmp_path / "det.onnx").read_bytes())
    with pytest.raises(ConfigError, match="weights in another file"):
        verify_pack(split)


def _onnx_pack(folder: Path, data: bytes) -> Path:
    write_pack(folder, sha256=_sha(data))
    (folder / "det.onnx").write_bytes(data)
    return folder

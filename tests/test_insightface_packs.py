"""Model packs that IT supplies: what the insightface engine opens, and what it refuses."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catchlight.engines import insightface
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from tests import standin_onnx
from tests.standin_onnx import picture, write_pack

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:insightface")


def _engine(pack: Path | None, **settings: object) -> insightface.Engine:
    chosen = insightface.Settings.model_validate({"pack": pack, **settings})
    return insightface.Engine(chosen, ModelStore(Path("unused")))


def test_a_network_that_guesses_age_or_sex_is_never_opened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The stand-in for genderage breaks whoever opens it; the engine works, and says what it left out."""
    from insightface.app import FaceAnalysis  # noqa: PLC0415  heavy

    pack = write_pack(tmp_path / "pack", standin_onnx.files())
    with pytest.raises(Exception, match="NobodyKnowsThis"):
        FaceAnalysis(str(pack))
    engine = _engine(pack)
    assert set(engine.app.models) == set(insightface.JOBS)
    assert list(engine.left_out) == ["genderage.onnx"]
    assert "genderage.onnx is not opened: it guesses age or sex" in caplog.text


@pytest.mark.parametrize(("side", "width"), [(224, 8), (112, 101), (192, 7), (64, 2)])
def test_a_classifier_does_not_pass_for_a_recogniser(tmp_path: Path, side: int, width: int) -> None:
    """Emotion (8 classes), age (101 years) and the like are left out whatever they are called."""
    pack = write_pack(
        tmp_path / "pack", standin_onnx.files() | {"a_face_model.onnx": standin_onnx.trap(side, width)}
    )
    assert "a_face_model.onnx" in _engine(pack).left_out


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    """A network that is not the one in the manifest is named, with its digest."""
    pack = write_pack(tmp_path / "pack", standin_onnx.files())
    data = bytearray((pack / "w600k_r50.onnx").read_bytes())
    data[-40] ^= 1
    (pack / "w600k_r50.onnx").write_bytes(data)
    with pytest.raises(ConfigError, match=r"w600k_r50\.onnx.*sha256"):
        _engine(pack)


def test_a_noncommercial_licence_is_refused_with_the_reason(tmp_path: Path) -> None:
    """Without a bought licence the pack is refused; a test may allow it on purpose."""
    pack = write_pack(tmp_path / "pack", standin_onnx.files(), commercial=False)
    with pytest.raises(ConfigError, match="does not allow commercial use"):
        _engine(pack)
    assert _engine(pack, allow_noncommercial=True).find(picture(1))


def test_a_bought_licence_beside_the_pack_is_enough(tmp_path: Path) -> None:
    """A non-commercial pack with the licence that the company bought works without any switch."""
    pack = write_pack(tmp_path / "pack", standin_onnx.files(), commercial=False, licence_file="MODEL.LICENSE")
    (pack / "MODEL.LICENSE").write_text("licensed to Example Ltd")
    assert _engine(pack).find(picture(1))


def test_a_missing_pack_says_what_to_do(tmp_path: Path) -> None:
    """No setting, no folder and no manifest each name what is wanted."""
    with pytest.raises(ConfigError, match=r"insightface\.pack is not set: name the folder"):
        _engine(None)
    with pytest.raises(ConfigError, match=r"catchlight-models\.toml"):
        _engine(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"catchlight-models\.toml"):
        _engine(tmp_path / "empty")


def test_a_pack_without_a_detector_is_refused(tmp_path: Path) -> None:
    """InsightFace needs a detector; the message says that the pack has none."""
    pack = write_pack(tmp_path / "pack", {"w600k_r50.onnx": standin_onnx.recogniser()})
    with pytest.raises(ConfigError, match="no detection model"):
        _engine(pack)


def test_a_job_that_the_pack_cannot_do_is_named(tmp_path: Path) -> None:
    """A pack of two networks finds and compares; tracing says to let another engine do it."""
    files = standin_onnx.files()
    pack = write_pack(tmp_path / "pack", {n: files[n] for n in ("det_10g.onnx", "w600k_r50.onnx")})
    engine = _engine(pack)
    (face,) = engine.find(picture(1))
    with pytest.raises(ConfigError, match=r"no landmark_3d_68 model.*another engine"):
        engine.trace(picture(1), face)


def test_a_pack_with_insightface_own_manifest_works(tmp_path: Path) -> None:
    """A package that declares its tasks (manifest version 2) is read as it declares."""
    files = {"det.onnx": standin_onnx.files()["det_10g.onnx"], "rec.onnx": standin_onnx.recogniser()}
    tasks: dict[str, dict[str, Any]] = {
        "detection": {"file": "det.onnx"},
        "recognition": {"file": "rec.onnx"},
    }
    tasks["recognition"] |= {"input_size": [112, 112], "embedding_dimension": 512}
    own = {"manifest_version": 2, "model_id": "standin", "license": "MODEL.LICENSE", "tasks": tasks}
    engine = _engine(write_pack(tmp_path / "pack", files | {"manifest.json": json.dumps(own).encode()}))
    (face,) = engine.find(picture(1))
    assert engine.describe(picture(1), face).shape == (512,)


def test_what_runs_is_what_was_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read again from the pack, or from anywhere else, once it was verified."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("went to the network"))
    pack = write_pack(tmp_path / "pack", standin_onnx.files())
    engine = _engine(pack)
    assert Path(engine.app.model_dir) != pack
    assert not Path(engine.app.model_dir).exists()
    shutil.rmtree(pack)
    photo = picture(9, 480, 640)
    (face,) = engine.find(photo)
    engine.trace(photo, face)
    engine.describe(photo, face)


def test_a_gpu_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Asking for CUDA without it stops before work starts, and says what to install."""
    import onnxruntime  # noqa: PLC0415  heavy

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    with pytest.raises(ConfigError, match=r"no CUDA.*onnxruntime-gpu"):
        _engine(write_pack(tmp_path / "pack", standin_onnx.files()), device="cuda")


def test_telemetry_is_off_before_onnxruntime_starts() -> None:
    """Importing the engine loads no native library, and by then the silencing variable is set."""
    code = """
import sys, os
from catchlight.engines import insightface
heavy = {"onnxruntime", "onnx", "insightface", "skimage"} & set(sys.modules)
assert not heavy, heavy
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
"""
    environment = {k: v for k, v in os.environ.items() if k not in {"CI", "ORT_DISABLE_TELEMETRY"}}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=Path(__file__).parents[1])

"""onnxruntime without a card that it was asked for: told, not computed for hours on a processor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnxruntime
import pytest

from catchlight.engines import insightface
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from tests import standin_onnx, test_birefnet, test_superres


def _birefnet(folder: Path, **more: Any) -> object:
    return test_birefnet.engine(folder, test_birefnet.network(), **more)


def _superres(folder: Path, **more: Any) -> object:
    return test_superres.engine(folder, test_superres.network(), **more)


def _insightface(folder: Path, **more: Any) -> object:
    pytest.importorskip("insightface", reason="the extra `insightface` is not installed")
    pack = standin_onnx.write_pack(folder / more["device"], standin_onnx.files())
    return insightface.Engine(insightface.Settings(pack=pack, **more), ModelStore(folder))


@pytest.mark.parametrize("made", [_birefnet, _superres, _insightface])
def test_a_card_that_is_not_used_in_silence_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[..., object]
) -> None:
    """Where CUDA's libraries do not load, onnxruntime goes on with the processor and only logs it; "auto" may."""
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    with pytest.raises(ConfigError, match="could not use the card: install the CUDA and cuDNN"):
        made(tmp_path, device="cuda")
    assert made(tmp_path, device="auto")

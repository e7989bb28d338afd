"""Where workers compute: beside a painter not on its card, else spread over all cards."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from catchlight import darkroom_worker, device
from catchlight.config import load_preset
from catchlight.darkroom_worker import Bench
from catchlight.easel import Easel


@pytest.fixture(autouse=True)
def cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let torch see a card, and forget afterwards what was said about it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "_left", device.threading.Event())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    device.pick.cache_clear()
    yield
    device.pick.cache_clear()


def _bench(tmp_path: Path) -> Bench:
    return Bench(load_preset("house"), tmp_path, tmp_path, tmp_path, tmp_path / "log")


def test_beside_a_painter_workers_compute_on_the_processor(tmp_path: Path) -> None:
    """Its memory was measured before they came; who says "cuda" knows that there is room."""
    assert device.pick("auto").type == "cuda"
    darkroom_worker._choose_card(replace(_bench(tmp_path), easels=(Easel("there", b""),)))
    assert (device.pick("auto").type, device.pick("cuda").type) == ("cpu", "cuda")


def test_without_a_painter_workers_spread_over_the_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One card had all of them."""
    found = set()
    for number in (10, 11):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
        monkeypatch.setattr(darkroom_worker.os, "getpid", lambda number=number: number)
        darkroom_worker._choose_card(_bench(tmp_path))
        found.add(darkroom_worker.os.environ["CUDA_VISIBLE_DEVICES"])
    assert found == {"4", "7"}
    assert device.pick("auto").type == "cuda"

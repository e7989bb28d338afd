"""Where workers compute: beside a painter not on its card, else spread over all cards."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
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


def _card(bench: Bench) -> str:
    darkroom_worker._choose_card(bench)
    return os.environ["CUDA_VISIBLE_DEVICES"]


@pytest.mark.parametrize("easels", [(), (Easel("there", b""),)])
def test_workers_spread_over_the_cards(tmp_path: Path, easels: tuple[Easel, ...]) -> None:
    """The first card had all of them beside painters; by their process numbers, which ran even, one card had most."""
    bench = replace(_bench(tmp_path), easels=easels)
    with ProcessPoolExecutor(4, get_context("spawn")) as workers:
        barrier = [workers.submit(time.sleep, 0.2) for _ in range(4)]
        found = {one.result() for one in [workers.submit(_pair, bench) for _ in range(40)]}
        assert all(one.result() is None for one in barrier)
    assert len(found) == 4
    assert sorted(card for _, card in found) == ["4", "4", "7", "7"]


def _pair(bench: Bench) -> tuple[int, str]:
    """Return a worker's process number and its card; what others see is as it was before."""
    time.sleep(0.02)
    before = os.environ["CUDA_VISIBLE_DEVICES"]
    try:
        return os.getpid(), _card(bench)
    finally:
        os.environ["CUDA_VISIBLE_DEVICES"] = before


def test_a_process_of_nobodys_has_the_first_card(tmp_path: Path) -> None:
    """It is not one of several."""
    assert _card(_bench(tmp_path)) == "4"
    assert device.pick("auto").type == "cuda"

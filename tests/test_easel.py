"""Painters that workers share: asked through a socket, alive again when they died, gone with whoever started them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from catchlight.config import Engines
from catchlight.easel import Easels, Supplies, cards
from catchlight.engines.diffusion import Engine, Settings
from catchlight.errors import ConfigError, PhotoError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Words
from catchlight.remote_painter import RemotePainter
from tests.tiny_pipelines import flux2_klein

SCENE = Scene(np.full((64, 64, 3), 90, np.uint8), np.ones((64, 64), bool), Words("an office"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sealed folder with a tiny FLUX.2 klein."""
    folder = tmp_path_factory.mktemp("klein") / "weights"
    flux2_klein(folder)
    return folder


@pytest.fixture(scope="module")
def easels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Easels]:
    """Return a painter's process."""
    folder = tmp_path_factory.mktemp("easels")
    opened = Easels(Supplies(folder / "models", folder / "log"))
    yield opened
    opened.close()


def engines(weights: Path) -> Engines:
    """Return what a preset says of its painter."""
    return Engines(paint="diffusion", options={"diffusion": {"weights": str(weights), "device": "cpu"}})


def _process(easels: Easels) -> int:
    return next(iter(easels._running.values())).pid or 0


def test_a_shared_painter_paints_as_ones_own(easels: Easels, weights: Path, tmp_path: Path) -> None:
    """What comes through the socket is what the engine in this process makes, and its facts are the same."""
    own = Engine(Settings(weights=weights, device="cpu"), ModelStore(tmp_path))
    shared = RemotePainter(easels.all, engines(weights))
    assert (shared.step, shared.most, shared.digest) == (own.step, own.most, own.digest)
    shared.warm(SCENE.words)
    ours, theirs = (painter.paint(SCENE, (5,))[0].picture for painter in (own, shared))
    assert ours is not None
    assert np.array_equal(ours, theirs)


def test_what_is_wrong_is_told_to_whoever_asked(easels: Easels, tmp_path: Path) -> None:
    """A folder that nobody sealed is a ConfigError here, and the painter goes on."""
    with pytest.raises(ConfigError, match="catchlight models seal"):
        RemotePainter(easels.all, engines(tmp_path))


def test_a_painter_that_dies_is_started_again(easels: Easels, weights: Path) -> None:
    """Killed between two pictures: the second one is made all the same."""
    shared = RemotePainter(easels.all, engines(weights))
    before = _process(easels)
    os.kill(before, signal.SIGKILL)
    assert shared.paint(SCENE, (5,))[0].picture is not None
    assert _process(easels) != before


def test_a_picture_at_which_it_dies_twice_is_set_aside(
    easels: Easels, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then that portrait is not painted, and the others are."""
    shared = RemotePainter(easels.all, engines(weights))

    class Dead:
        def send(self, _: object) -> None:
            """Take it."""

        def recv(self) -> None:
            raise EOFError

    monkeypatch.setattr(shared, "_line", None)
    monkeypatch.setattr(shared, "_connected", Dead)
    with pytest.raises(PhotoError, match="ended twice"):
        shared.paint(SCENE, (5,))


def test_painters_end_when_they_are_put_away(tmp_path: Path) -> None:
    """No process is left, and none is started again."""
    opened = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    until = time.monotonic() + 20
    while not opened._running and time.monotonic() < until:
        time.sleep(0.05)
    process = next(iter(opened._running.values()))
    opened.close()
    process.join(20)
    assert not process.is_alive()
    assert not Path(opened.all[0].address).parent.exists()


@pytest.mark.parametrize(
    ("named", "found"), [("0,2", ["0", "2"]), ("", []), ("-1", []), ("MIG-1", ["MIG-1"])]
)
def test_cards_are_those_that_cuda_would_see(
    monkeypatch: pytest.MonkeyPatch, named: str, found: list[str]
) -> None:
    """One painter a card; without any, one on the processor."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert cards() == found

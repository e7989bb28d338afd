"""Painters that workers share: asked through a socket, alive again when they died, gone with whoever started them."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from catchlight import easel
from catchlight.config import Engines
from catchlight.easel import Easel, Easels, Supplies, cards
from catchlight.engines.diffusion import Engine, Settings
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Words
from catchlight.remote_painter import RemotePainter
from tests.every_pipeline import elsewhere, engine, make_for_painters, scene
from tests.tiny_pipelines import flux2_klein

_SEES = """
import os, types
from catchlight import easel

def facts(self, engines):
    return types.SimpleNamespace(step=16, most=256, digest=os.environ["CUDA_VISIBLE_DEVICES"])

easel._Shop._painter = facts
"""  # a painter that says which card its process sees
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


def engines(weights: Path, **more: int) -> Engines:
    """Return what a preset says of its painter."""
    options = {"weights": str(weights), "device": "cpu", **more}
    return Engines(paint="diffusion", options={"diffusion": options})


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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["klein", "sdxl", "qwen"])
def test_killed_while_it_paints_the_picture_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In the middle of a batch, whichever pipeline: another painter starts, and whoever asked gets the very bytes."""
    weights, steps = make_for_painters(name, tmp_path / "weights", monkeypatch), 40
    easels = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    try:
        shared = RemotePainter(easels.all, engines(weights, steps=steps))
        shared.warm(scene().words)
        before, seeds = _process(easels), tuple(range(5))
        with ThreadPoolExecutor(1) as worker:
            asked = worker.submit(shared.paint, scene(), seeds)
            time.sleep(0.3)
            assert not asked.done()
            os.kill(before, signal.SIGKILL)
            found = asked.result()
        assert _process(easels) != before
    finally:
        easels.close()
    own = engine(weights, steps=steps).paint(scene(), seeds)
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(found, own, strict=True))  # type: ignore[arg-type]


def _facts(self: RemotePainter, verb: str) -> tuple[int, int, str]:
    assert verb == "facts"
    return 16, 1 << 20, self._easel.address


def test_workers_spread_evenly_over_the_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five workers who come at once to two painters: three and two, whatever their process numbers."""
    monkeypatch.setattr(RemotePainter, "_ask", _facts)
    both = [Easel(str(tmp_path / number), b"") for number in "01"]
    with ThreadPoolExecutor(5) as workers:
        found = workers.map(lambda _: RemotePainter(both, Engines()).digest, range(5))
    assert sorted(Counter(found).values()) == [2, 3]


@pytest.mark.slow
def test_each_painter_sees_a_card_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the cards that a run may use, numbered as CUDA numbers them."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    elsewhere(monkeypatch, tmp_path, _SEES)
    opened = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    try:
        found = [RemotePainter(opened.all, Engines(paint="diffusion")).digest for _ in range(4)]
    finally:
        opened.close()
    assert found == ["2", "5", "2", "5"]


def test_nobody_waits_for_a_painter_that_was_put_away(tmp_path: Path, weights: Path) -> None:
    """A run that is stopped stops: a worker that holds a seat does not wait for a painter to stand again."""
    opened = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    shared = RemotePainter(opened.all, engines(weights))
    opened.close()
    with pytest.raises(OutsideError, match="put away"):
        shared.paint(SCENE, (5,))


def test_painters_end_when_they_are_put_away(tmp_path: Path) -> None:
    """No process is left, and none is started again."""
    opened = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    until = time.monotonic() + 20
    while not opened._running and time.monotonic() < until:
        time.sleep(0.05)
    process = next(iter(opened._running.values()))
    opened.close()
    assert not process.is_alive()
    assert not Path(opened.all[0].address).parent.exists()


def test_painters_put_away_at_once_leave_nobody_behind(tmp_path: Path) -> None:
    """Whoever is being started just then is ended as well, or never started."""
    before = {child.pid for child in multiprocessing.active_children()}
    for _ in range(8):
        Easels(Supplies(tmp_path / "models", tmp_path / "log")).close()
    assert not [child for child in multiprocessing.active_children() if child.pid not in before]


@pytest.mark.parametrize(
    ("named", "found"), [("0,2", ["0", "2"]), ("", []), ("-1", []), ("MIG-1", ["MIG-1"])]
)
def test_named_cards_are_those_that_cuda_would_see(
    monkeypatch: pytest.MonkeyPatch, named: str, found: list[str]
) -> None:
    """One painter a card; without any, one on the processor."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert cards() == found


@pytest.mark.parametrize(
    ("there", "found"),
    [(["nvidia3"], ["0"]), (["nvidia0", "nvidia2", "nvidiactl", "nvidia-uvm"], ["0", "1"]), ([], [])],
)
def test_cards_are_numbered_as_cuda_numbers_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], found: list[str]
) -> None:
    """A container that has the machine's fourth card has a first one; by the machine's number CUDA would find none."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(easel, "_DEVICES", tmp_path)
    for name in there:
        (tmp_path / name).touch()
    assert cards() == found

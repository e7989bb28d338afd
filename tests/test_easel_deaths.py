"""Painters that die: whose picture it is alone goes without paint, a lost card is another process's, and somebody hears of the rest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from catchlight.config import Engines
from catchlight.easel import Easels, Supplies
from catchlight.errors import OutsideError, PhotoError
from catchlight.painting import Scene, Words
from catchlight.remote_painter import RemotePainter
from tests.every_pipeline import elsewhere

_MOODY = """
import os, time, types
from catchlight import easel
from catchlight.painting import Take

def paint(scene, seeds):
    grey = scene.picture[0, 0, 0]
    time.sleep(0.2)
    if grey == DEADLY:
        os._exit(1)
    if grey == LOST:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")
    if grey == FULL:
        raise MemoryError("no room")
    if grey == ODD:
        raise ZeroDivisionError("a mistake")
    return [Take(seed, scene.picture) for seed in seeds]

def warm(words):
    if words.prompt == "deadly words":
        os._exit(1)

lock = easel.threading.Lock()
moody = types.SimpleNamespace(step=16, most=256, digest=str(os.getpid()), paint=paint, warm=warm, card=lock)
easel._Shop._painter = lambda self, engines: moody
"""
DEADLY, LOST, FULL, ODD, WELL = 1, 2, 3, 4, 90
ENGINES = Engines(paint="diffusion")


@pytest.fixture
def easels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Easels]:
    """Return a painter of several moods, in a process of its own."""
    code = _MOODY
    for name in ("DEADLY", "LOST", "FULL", "ODD"):
        code = code.replace(name, str(globals()[name]))
    elsewhere(monkeypatch, tmp_path, code)
    opened = Easels(Supplies(tmp_path / "models", tmp_path / "log"))
    yield opened
    opened.close()


def _asked(painter: RemotePainter, grey: int, words: str = "an office") -> str:
    """Ask for a picture; return how it went."""
    scene = Scene(np.full((64, 64, 3), grey, np.uint8), np.ones((64, 64), bool), Words(words))
    try:
        return "painted" if painter.paint(scene, (1,))[0].picture is not None else "nothing"
    except (PhotoError, OutsideError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


ENDED = "PhotoError: the painter ended twice at this picture"


def test_a_picture_that_ends_the_painter_takes_no_other_with_it(easels: Easels) -> None:
    """Three at once, again and again: whoever's picture it is goes without paint, and the others have theirs."""
    workers = [RemotePainter(easels.all, ENGINES) for _ in range(3)]
    for _ in range(4):
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(_asked, workers, (DEADLY, WELL, WELL)))
        assert found == [ENDED, "painted", "painted"]
    assert _asked(workers[0], WELL) == "painted"


def test_a_painter_that_ends_while_it_gets_ready_is_nobodys_picture(easels: Easels) -> None:
    """Weights that end it when they load would be remembered as the fault of whoever came first."""
    said = _asked(RemotePainter(easels.all, ENGINES), WELL, "deadly words")
    assert said == "OutsideError: the painter ended while it got ready; see the darkroom's log"


def test_a_lost_card_is_another_process(easels: Easels, tmp_path: Path) -> None:
    """Once a card is lost to a process, all that it is asked fails: it ends, and the next one paints."""
    painter = RemotePainter(easels.all, ENGINES)
    before = painter.digest
    assert _asked(painter, LOST) == ENDED
    assert _asked(painter, WELL) == "painted"
    assert RemotePainter(easels.all, ENGINES).digest != before
    assert "illegal memory access" in (tmp_path / "log").read_text()


def test_whose_fault_an_error_is_comes_through(easels: Easels) -> None:
    """Memory that is full is nobody's photo; a mistake of ours may be."""
    painter = RemotePainter(easels.all, ENGINES)
    assert _asked(painter, FULL) == "OutsideError: the painter: MemoryError: no room"
    assert _asked(painter, ODD) == "RuntimeError: the painter: ZeroDivisionError: a mistake"


@pytest.mark.slow
def test_a_painter_that_only_ends_is_given_up(easels: Easels) -> None:
    """After three such pictures without another in between; from then on nobody waits."""
    painter = RemotePainter(easels.all, ENGINES)
    assert [_asked(painter, DEADLY) for _ in range(3)] == [ENDED] * 3
    said = "OutsideError: the painter ended again and again without a picture; see the darkroom's log"
    assert [_asked(painter, WELL) for _ in range(2)] == [said] * 2

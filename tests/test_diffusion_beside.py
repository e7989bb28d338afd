"""Two batches on one card: one becomes pictures while the next is denoised, and a picture is encoded once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import torch

from catchlight.config import Engines
from catchlight.easel import Supplies, _Shop
from catchlight.engines import _remembered
from catchlight.engines._pipelines import flux2_klein as klein
from catchlight.engines._pipelines import sdxl as sdxl_how
from catchlight.engines._room import GIB, Room, fit
from catchlight.engines.diffusion import Engine, Settings
from catchlight.models import ModelStore
from catchlight.painting import Scene, Take, Words
from tests.tiny_pipelines import flux2_klein, sdxl

SEEDS = (1, 2, 3)
PATIENCE = 30  # seconds, for what another thread surely does


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a tiny, sealed FLUX.2 klein."""
    folder = tmp_path_factory.mktemp("klein")
    flux2_klein(folder / "weights")
    return folder


def engine(folder: Path, room: Room, **more: Any) -> Engine:
    """Load the weights; the card has as much room as we say."""
    settings = Settings.model_validate({"weights": folder / "weights", "device": "cpu", **more})
    made = Engine(settings, ModelStore(folder / "models"))
    made.__dict__["_room"] = room
    _ = made._device  # a processor computes with one thread, from where it is chosen on
    return made


def scene(person: int) -> Scene:
    """Return noise whose left half may be repainted."""
    picture = np.random.default_rng(person).integers(0, 256, (64, 64, 3), np.uint8)
    return Scene(picture, np.arange(64) < np.full((64, 1), 32), Words("an office"))


def same(first: list[Take], second: list[Take]) -> bool:
    """Say whether both have the same pictures, all of them."""
    return all(
        a.picture is not None and b.picture is not None and np.array_equal(a.picture, b.picture)
        for a, b in zip(first, second, strict=True)
    )


def test_beside_another_batch_the_bytes_are_the_same(folder: Path) -> None:
    """Six people asked for by three threads, with pictures decoded aside, look as if painted one after another."""
    alone, beside = engine(folder, Room("resident", 2)), engine(folder, Room("resident", 2, beside=True))
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda person: beside.paint(scene(person), SEEDS), range(6)))
    assert all(same(takes, alone.paint(scene(person), SEEDS)) for person, takes in enumerate(found))
    assert beside._room.beside


def _shop(folder: Path, room: Room) -> tuple[_Shop, Engines]:
    shop = _Shop(Supplies(folder / "models", folder / "log"))
    options = {"diffusion": {"weights": str(folder / "weights"), "device": "cpu"}}
    engines = Engines(paint="diffusion", options=options)
    shop._painter(engines).__dict__["_room"] = room
    return shop, engines


def test_the_next_batch_is_denoised_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's picture is only decoded once another worker's is denoised: nobody waits for the other."""
    shop, engines = _shop(folder, Room("resident", 4, beside=True))
    second, waited = Event(), []

    def decode(pipe: Any, latents: Any) -> Any:
        waited.append(second.wait(PATIENCE))
        return real(pipe, latents)

    def called(self: Engine, pipe: Any, of: Scene, *more: Any) -> Any:
        latents = denoise(self, pipe, of, *more)
        if of.picture[0, 0, 0] == scene(1).picture[0, 0, 0]:
            second.set()
        return latents

    real, denoise = klein.decode, Engine._called
    monkeypatch.setattr(klein, "decode", decode)
    monkeypatch.setattr(Engine, "_called", called)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shop.do, engines, "paint", (scene(0), (1,)))
        shop.do(engines, "paint", (scene(1), (1,)))
        assert first.result()[0].picture is not None
    assert waited == [True, True]


def _fails(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Any], Any], times: int) -> None:
    """Let decoding go wrong so many times."""
    real, left = klein.decode, [spoil] * times

    def decode(pipe: Any, latents: Any) -> Any:
        made = real(pipe, latents)
        return left.pop()(made) if left else made

    monkeypatch.setattr(klein, "decode", decode)


def _full(_: Any) -> Any:
    raise torch.OutOfMemoryError("no room")


def test_a_card_that_is_full_of_two_batches_has_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of memory while it decodes: the takes are made again, alone, and the batch stays as large as it was."""
    beside = engine(folder, Room("resident", 4, beside=True))
    wanted = engine(folder, Room("resident", 4)).paint(scene(1), SEEDS)
    _fails(monkeypatch, _full, 1)
    assert same(beside.paint(scene(1), SEEDS), wanted)
    assert beside._room == Room("resident", 4)


def test_two_that_meet_the_same_limit_give_up_one_thing(folder: Path) -> None:
    """What another thread already gave up is not given up twice."""
    beside = engine(folder, Room("resident", 4, beside=True))
    for _ in range(2):
        beside._shrink("no room", Room("resident", 4, beside=True))
    assert beside._room == Room("resident", 4)


def test_what_is_no_picture_is_told_of_its_take(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded aside, one take of three is not a number, one is black, and the third is a picture."""

    def spoil(made: Any) -> Any:
        made[0], made[1] = torch.nan, 0
        return made

    _fails(monkeypatch, spoil, 1)
    takes = engine(folder, Room("resident", 4, beside=True)).paint(scene(1), SEEDS)
    assert [take.fault for take in takes] == ["not a number", "black", ""]


def test_a_painter_goes_on_after_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug while decoding is told to whoever asked; the next one is painted."""

    def broken(_: Any) -> Any:
        raise ValueError("a bug")

    beside = engine(folder, Room("resident", 4, beside=True))
    _fails(monkeypatch, broken, 1)
    with pytest.raises(ValueError, match="a bug"):
        beside.paint(scene(1), (1,))
    assert beside.paint(scene(1), (1,))[0].picture is not None


@pytest.mark.parametrize(("make", "how", "each"), [(flux2_klein, klein, 1), (sdxl, sdxl_how, 2)])
def test_a_picture_is_encoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], how: ModuleType, each: int
) -> None:
    """In all takes and rounds of a person; the bytes are those of a painter that encodes every time."""
    make(tmp_path / "weights")
    kept = engine(tmp_path, Room("resident", 1), steps=2)
    kept.warm(scene(1).words)
    encode, asked = kept._pipe.vae.encode._encode, []
    monkeypatch.setattr(kept._pipe.vae.encode, "_encode", lambda x: asked.append(x.shape) or encode(x))
    found = [kept.paint(scene(1), SEEDS), kept.paint(scene(1), (4, 5, 6))]
    assert len(asked) == each
    kept.paint(scene(2), SEEDS)
    assert len(asked) == 2 * each
    monkeypatch.setattr(_remembered, "KEPT", 0)
    every = engine(tmp_path, Room("resident", 1), steps=2)
    assert same(found[0] + found[1], every.paint(scene(1), (*SEEDS, 4, 5, 6)))
    assert type(every._pipe).__name__ == how.CLASS


@pytest.mark.parametrize("make", [flux2_klein, sdxl])
def test_a_seed_gives_its_picture_in_any_batch(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Its noise is its own wherever it stands in a batch, so that a halved batch changes nobody, but for rounding."""
    make(tmp_path / "weights")
    alone, beside = (engine(tmp_path, Room("resident", batch), steps=2) for batch in (1, 3))
    for one, other in zip(alone.paint(scene(1), SEEDS), beside.paint(scene(1), SEEDS), strict=True):
        assert one.picture is not None
        assert other.picture is not None
        assert np.abs(one.picture.astype(int) - other.picture).max() <= 1


def test_only_what_can_be_decoded_aside_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SDXL's autoencoder changes its precision while it encodes; klein's may do both at once."""
    cards = {"type": "cuda"}
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (79 * GIB, 80 * GIB))
    for make, beside in ((flux2_klein, True), (sdxl, False)):
        make(tmp_path / make.__name__ / "weights")
        made = engine(tmp_path / make.__name__, Room("resident"))
        del made.__dict__["_room"]
        made.__dict__["_device"] = type("Card", (), cards)
        assert made._room == Room("resident", 4, beside=beside)


def test_memory_for_one_batch_is_kept_for_one() -> None:
    """Two at once only where twice the pictures fit, all of them on the card and decoded whole."""
    parts = {"transformer": 8 * GIB}
    assert fit(parts, 21 * GIB, 4) == Room("resident", 4)
    assert fit(parts, 33 * GIB, 4) == Room("resident", 4, beside=True)
    assert not fit(parts, 8 * GIB, 1).beside

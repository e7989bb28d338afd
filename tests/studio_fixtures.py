"""Fixtures of the studio: loaded once, shared by every test that names this module in ``pytest_plugins``."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from catchlight import cutout, generating, trimap
from catchlight.anatomy import Recogniser
from catchlight.config import Engines, load_preset
from catchlight.decoder import Decoder
from catchlight.decoding import decode
from catchlight.models import ModelStore, default_root
from catchlight.records import Rung
from catchlight.sitting import Sitting, sit
from catchlight.studio import Studio, model_digests
from tests.studio import TEN, Gallery, small

Seated = Callable[..., Sitting]


def _present(store: ModelStore, engines: Engines) -> ModelStore:
    """Return the store; skip with a reason when it lacks a file, fail where everything must be there."""
    missing = [name for name in model_digests(engines, store) if not store.path(name).is_file()]
    if missing:
        what = f"model files are missing in {store.root}: {', '.join(missing)}; run `catchlight models fetch`"
        if os.environ.get("CI") or os.environ.get("CATCHLIGHT_REQUIRE_SERVERS"):
            pytest.fail(what)
        pytest.skip(what)
    return store


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """Return the model files of the built-in engines."""
    return _present(ModelStore(default_root()), load_preset("house").engines)


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    """Return the engine that tells people apart, which no preset uses by default."""
    engines = Engines(likeness="dlib_resnet")
    preset = small().model_copy(update={"engines": engines})
    return Studio(preset, _present(ModelStore(default_root()), engines)).recogniser


@pytest.fixture(scope="session")
def studio(models: ModelStore) -> Studio:
    """Return warm engines with the house preset, small."""
    warm = Studio(small(), models)
    warm.warm()
    return warm


@pytest.fixture(scope="session")
def house(models: ModelStore) -> Studio:
    """Return engines with the house preset as it is."""
    return Studio(load_preset("house"), models)


@pytest.fixture(scope="session")
def seated(shared: Path, house: Studio) -> Seated:
    """Return what sits one official portrait by its id, no further than a rung."""

    def sitting(id_: str, rung: Rung = Rung.RELIGHT) -> Sitting:
        photo = decode((shared / f"congress/photos/{id_}.jpg").read_bytes())
        return sit(photo, house.preset, house, cap=rung)

    return sitting


@pytest.fixture
def first_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cut-outs be as a guess and a solver make them, with what stays of the background: for checks that have to see it."""
    monkeypatch.setattr(trimap, "tell_by_colour", lambda drawn, *_: drawn)
    monkeypatch.setattr(cutout, "leftovers", lambda _photo, _alpha, seen, *_: np.zeros_like(seen))


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    """Return a decoder whose child is kept warm."""
    with Decoder() as opened:
        yield opened


@pytest.fixture(scope="session")
def gallery(shared: Path, studio: Studio) -> Gallery:
    """Return the official portraits."""
    return Gallery(shared / "congress" / "photos", studio)


@pytest.fixture(scope="session")
def company(gallery: Gallery) -> dict[str, Sitting]:
    """Return ten portraits as the house preset makes them at the full strength of its light, by name."""
    house = load_preset("house")
    preset = house.model_copy(update={"light": house.light.model_copy(update={"strength": 1.0})})
    return {name: sit(gallery.open(name), preset, gallery.studio) for name in TEN}


@pytest.fixture
def outside_the_mask_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Compare every painted portrait that a test makes with the studio's in the same frame; return how many pixels differ.

    Where the mask is comes from the region alone: what the code lays on is not asked.
    """
    real, painted = generating._sitting, list[int]()

    def sitting(base: Sitting, stage: Any, change: Any, height: int, studio: Studio, **more: Any) -> Sitting:
        made = real(base, stage, change, height, studio, **more)
        if change.painting is not None:
            own = replace(change, painting=None, rung=stage.change.rung)
            studios = real(base, stage, own, height, studio, compared=False)
            differs = (made.master != studios.master).any(2)
            assert not (differs & ~_may_change(stage.region, studios.alpha)).any()
            painted.append(int(differs.sum()))
        return made

    monkeypatch.setattr(generating, "_sitting", sitting)
    return painted


def _may_change(region: Any, alpha: np.ndarray) -> np.ndarray:
    """Return where a print may be painted: beside the person if the setting is wanted, and what was told, a cell around it."""
    told = cv2.dilate(
        ((region.beyond > 0) | (region.body > 0) | (region.ring > 0)).astype(np.uint8), np.ones((3, 3))
    )
    told, kept = (
        cv2.resize(part, alpha.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        for part in (told, region.kept.astype(np.uint8))
    )
    return np.asarray((told | (region.behind & (alpha < 1))) & ~kept)

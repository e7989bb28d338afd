"""The print: of any size, band by band in bounded memory, and the same picture whichever way it is made."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from jaxtyping import Float32

from catchlight import printing
from catchlight.anatomy import Picture
from catchlight.config import load_preset
from catchlight.records import Rung
from catchlight.sitting import PROOF, Sitting
from tests.studio import Gallery
from tests.test_superres import engine, network

pytest_plugins = ["tests.studio_fixtures"]

RELIT, FILLED, CAPPED = "E000298", "C000537", "H001052"


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one.astype(float) - other)


def _print(sitting: Sitting, height: int, **of: Any) -> tuple[Picture, Float32[np.ndarray, "h w"]]:
    """Print a sitting anew, with another negative or change where asked for."""
    negative = replace(sitting.negative, **{k: v for k, v in of.items() if k != "change"})
    return printing.expose(negative, of.get("change", sitting.change), height)


def _in_bands(monkeypatch: pytest.MonkeyPatch, sitting: Sitting, height: int, pixels: int) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(printing, "BAND", pixels)
        return _print(sitting, height)


@pytest.mark.parametrize("name", [RELIT, FILLED])
def test_bands_leave_no_seam(monkeypatch: pytest.MonkeyPatch, company: dict[str, Sitting], name: str) -> None:
    """In bands of 64 rows or in one piece: the same portrait within 1 level, the same alpha."""
    whole, parts = (_in_bands(monkeypatch, company[name], 500, pixels) for pixels in (1 << 30, 1))
    assert whole[0].shape == parts[0].shape == (500, 500, 3)
    assert _apart(whole[0], parts[0]).max() <= 1
    assert _apart(whole[1], parts[1]).max() < 0.005


def test_a_print_twice_is_the_same_print(company: dict[str, Sitting]) -> None:
    """Grain is laid by the photo, not by chance."""
    first, second = (_print(company[RELIT], 300)[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_a_cropped_photo_is_printed_in_bands_too(
    monkeypatch: pytest.MonkeyPatch, company: dict[str, Sitting]
) -> None:
    """Where nothing but the frame changes, bands show the levelled photo, as one piece does."""
    sitting = company[CAPPED]
    cropped = replace(sitting, change=printing.Change(Rung.CROP, sitting.grade))
    whole, parts = (_in_bands(monkeypatch, cropped, 500, pixels) for pixels in (1 << 30, 1))
    assert _apart(whole[0], parts[0]).max() <= 1


def test_a_large_print_needs_memory_for_its_pixels_and_one_band(
    monkeypatch: pytest.MonkeyPatch, company: dict[str, Sitting]
) -> None:
    """4096 pixels high: beside the print itself (twice, while bands are joined) only some bands' worth of floats."""
    height, pixels = 4096, 1 << 19
    tracemalloc.start()
    try:
        portrait, alpha = _in_bands(monkeypatch, company[RELIT], height, pixels)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert portrait.shape == (height, height, 3)
    assert peak < 2 * (portrait.nbytes + alpha.nbytes) + 250 * pixels


@pytest.fixture(scope="module")
def large(gallery: Gallery) -> Sitting:
    """Return a sitting whose master is larger than what is measured."""
    photo = cv2.resize(gallery.open(RELIT).picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    preset = load_preset("house")
    delivery = preset.delivery.model_copy(update={"master": 2400})
    return gallery.sit(photo, preset.model_copy(update={"delivery": delivery}))


def test_what_is_measured_is_what_is_delivered(large: Sitting) -> None:
    """The copy on which a large master is measured agrees with it, and with a print of its size."""
    assert (large.master.shape[0], large.portrait.shape[0]) == (2400, PROOF)
    small = cv2.resize(large.master, (PROOF, PROOF), interpolation=cv2.INTER_AREA)
    direct = _print(large, PROOF)[0]
    for other in (small, direct):
        away = _apart(large.portrait, other)
        assert away.mean() < 1
        assert np.percentile(away, 99) < 6
    assert large.alpha.shape == large.seen.shape == (PROOF, PROOF)


def test_a_small_and_a_large_print_show_the_same(large: Sitting) -> None:
    """Light, shadow and ground lie in the same places at 400 and at 2400 pixels."""
    less = cv2.resize(large.master, (400, 400), interpolation=cv2.INTER_AREA)
    away = cv2.blur(_apart(_print(large, 400)[0], less), (25, 25))
    assert np.percentile(away, 99) < 8


def test_no_network_touches_the_face_of_a_print(tmp_path: Path, company: dict[str, Sitting]) -> None:
    """A network that makes all darker: the face stays byte for byte, hair and clothes are its work."""
    sitting, height = company[RELIT], 900
    plain = _print(sitting, height)[0]
    darkened = _print(sitting, height, enlarger=engine(tmp_path, network(gain=0.5)))[0]
    outline = sitting.negative.map(height).points(sitting.negative.face.oval)
    hull = cv2.fillPoly(np.zeros((height, height), np.uint8), [np.round(outline).astype(np.int32)], (1,))
    face = hull > 0
    assert face.mean() > 0.1
    assert np.array_equal(plain[face], darkened[face])
    assert _apart(plain, darkened)[int(outline[:, 1].max()) + 60 :].max() > 30

"""What is behind the person is what the preset says, at any size."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import backdrop, pixels
from catchlight.config import Background, load_preset, preset_names
from catchlight.errors import ConfigError
from catchlight.pixels import luminance, to_srgb
from tests.studio import Gallery, small

pytest_plugins = ["tests.studio_fixtures"]

QUICK = settings(max_examples=40, deadline=None)
CODES = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)


def _rgb(code: str) -> list[int]:
    return [int(code[i : i + 2], 16) for i in (1, 3, 5)]


@QUICK
@given(CODES, st.integers(1, 300), st.integers(1, 300))
def test_one_colour_comes_out_as_it_was_given(code: str, width: int, height: int) -> None:
    """Every pixel has exactly the three numbers of the colour code."""
    printed = to_srgb(backdrop.render(Background(colour=code), width, height))
    assert printed.shape == (height, width, 3)
    assert (printed == _rgb(code)).all()


@QUICK
@given(CODES, CODES)
def test_a_gradient_goes_from_one_colour_to_the_other(inner: str, outer: str) -> None:
    """The colour behind the head is the first, that of the lower corners the second, nothing lies outside both."""
    first, second = backdrop.colour(inner), backdrop.colour(outer)
    light = backdrop.render(Background(kind="gradient", colour=inner, edge=outer), 300, 300)
    assert np.abs(light[126, 150] - first).max() < 0.005
    assert np.abs(light[-1, [0, -1]] - second).max() < 0.01
    assert (light >= np.minimum(first, second) - 1e-6).all()
    assert (light <= np.maximum(first, second) + 1e-6).all()


def test_a_gradient_falls_off_evenly_and_alike_on_both_sides() -> None:
    """Light falls steadily from behind the head to the edges: no bands, no bright spots, no lopsidedness."""
    light = luminance(backdrop.render(load_preset("house").background, 401, 401))
    assert (np.diff(light[168, 200:]) <= 1e-6).all()
    assert (np.diff(light[168:, 200]) <= 1e-6).all()
    assert np.abs(light - light[:, ::-1]).max() < 0.004


@pytest.mark.parametrize("name", preset_names())
def test_a_backdrop_is_the_same_at_every_size(name: str) -> None:
    """A small and a large portrait of one preset stand before the same backdrop."""
    large, less = (to_srgb(backdrop.render(load_preset(name).background, n, n)) for n in (600, 200))
    difference = np.abs(pixels.resize(large, 200, 200).astype(int) - less)
    assert difference.mean() < 1
    assert np.percentile(difference, 99) < 6


def _hung(folder: Path, *, blur: float = 0.0) -> Background:
    """Return a backdrop with a picture twice as wide as high: red, green, blue."""
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, :50, 0], picture[:, 50:150, 1], picture[:, 150:, 2] = 255, 255, 255
    (folder / "wall.png").write_bytes(pixels.png(picture))
    return Background(kind="image", image=folder / "wall.png", blur=blur)


def test_a_picture_covers_the_frame_around_its_middle(tmp_path: Path) -> None:
    """A wide picture loses its sides, nothing is stretched and no gap is left."""
    printed = to_srgb(backdrop.render(_hung(tmp_path), 100, 100))
    assert (printed == (0, 255, 0)).all()
    tall = to_srgb(backdrop.render(_hung(tmp_path), 400, 200))
    assert (tall[:, 10:90] == (255, 0, 0)).all()
    assert (tall[:, 310:390] == (0, 0, 255)).all()


def test_out_of_focus_is_the_same_share_of_every_portrait(tmp_path: Path) -> None:
    """Blur is a share of the height: large and small portraits look alike."""
    wall = _hung(tmp_path, blur=0.03)
    large, less = (backdrop.render(wall, 2 * n, n) for n in (400, 100))
    shrunk = large[200:204].reshape(1, 4, 200, 4, 3).mean((0, 1, 3))
    assert np.abs(less[50] - shrunk).max() < 0.06
    assert 0.05 < less[50, 47, 0] < 0.95


def test_a_backdrop_cannot_be_spoilt_for_the_next_person() -> None:
    """What is rendered once and shared cannot be written to."""
    with pytest.raises(ValueError, match="read-only"):
        backdrop.render(Background(), 10, 10)[0, 0] = 0


def test_a_missing_picture_names_the_file(tmp_path: Path) -> None:
    """A backdrop that was moved away is told as a setting, not as anybody's bad photo."""
    gone = Background(kind="image", image=tmp_path / "gone.jpg")
    with pytest.raises(ConfigError, match=r"gone\.jpg"):
        backdrop.render(gone, 10, 10)


def test_a_broken_picture_is_nobodys_bad_photo(tmp_path: Path) -> None:
    """A backdrop that is no picture is told as a setting too."""
    (tmp_path / "wall.jpg").write_text("not a picture")
    with pytest.raises(ConfigError, match=r"wall\.jpg"):
        backdrop.render(Background(kind="image", image=tmp_path / "wall.jpg"), 10, 10)


@pytest.mark.parametrize("name", preset_names())
def test_behind_a_real_person_is_the_presets_backdrop(gallery: Gallery, name: str) -> None:
    """Where the person is not, each pixel of the portrait is the preset's backdrop."""
    preset = small(name)
    sitting = gallery.sit(gallery.open("icpsr021534").picture, preset)
    height, width = sitting.portrait.shape[:2]
    wanted = to_srgb(backdrop.render(preset.background, width, height)).astype(int)
    clear = sitting.alpha == 0
    assert clear.mean() > 0.1
    assert np.abs(sitting.portrait.astype(int) - wanted)[clear].max() <= 1

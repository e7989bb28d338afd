"""What is behind the person is what the preset says, at any size."""

import tracemalloc
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from catchlight import backdrop, pixels
from catchlight.config import load_preset, preset_names
from catchlight.errors import ConfigError
from catchlight.ground import Background, Logo
from catchlight.pixels import luminance, to_srgb
from tests.studio import Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]

QUICK = settings(max_examples=40)
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


def _vignetted() -> Background:
    return Background(colour="#808080", vignette=0.5)


@pytest.mark.parametrize("name", [*preset_names(), "logo", "vignette", "picture"])
def test_a_band_has_the_same_bits_as_the_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large master is printed in bands: no seam can show, because there is no difference at all."""
    own = {
        "logo": lambda: Background(logo=Logo(file=_marked(tmp_path), height=0.3)),
        "vignette": _vignetted,
        "picture": lambda: _hung(tmp_path),
    }
    of = own[name]() if name in own else load_preset(name).background
    monkeypatch.setattr(backdrop, "_KEPT", 0)  # every frame is a large one
    for width, height in ((1300, 1621), (240, 300)):
        whole = backdrop.render(of, width, height)
        for rows in ((0, 1), (1, 37), (37, 290), (290, 300), (height - 5, height)):
            assert (backdrop.render(of, width, height, rows) == whole[slice(*rows)]).all()


def test_a_band_of_a_huge_master_needs_the_memory_of_a_band() -> None:
    """256 rows of 7680 pixels cost a few times their own 24 MB, never the 700 MB of the whole."""
    tracemalloc.start()
    try:
        band = backdrop.render(load_preset("house").background, 7680, 7680, (3000, 3256))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert band.shape == (256, 7680, 3)
    assert most < 4 * band.nbytes


def test_a_few_pixels_of_a_huge_master_can_be_asked_for() -> None:
    """What a check compares with is what would be printed, band or whole."""
    of = load_preset("deep-blue").background
    rows, columns = np.array([5, 2999, 1500, 0]), np.array([0, 17, 2999, 1500])
    there = backdrop.sample(of, 3000, 3000, rows, columns)
    assert (there[1] == backdrop.render(of, 3000, 3000, (2999, 3000))[0, 17]).all()
    small = backdrop.sample(of, 300, 300, rows // 10, columns // 10)
    assert np.abs(small - there).max() < 0.01


@pytest.mark.parametrize("kind", ["solid", "gradient", "office"])
def test_a_vignette_darkens_the_corners_by_its_share(kind: Literal["solid", "gradient", "office"]) -> None:
    """Half a vignette halves the light in the very corners, less the nearer the middle, which stays."""
    plain = Background(kind=kind, edge="#cdd3d9")
    ratio = luminance(backdrop.render(plain.model_copy(update={"vignette": 0.5}), 400, 300))
    ratio /= luminance(backdrop.render(plain, 400, 300))
    corners = ratio[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.abs(corners - 0.5).max() < 0.02
    assert ratio[150, 200] > 0.99
    assert (np.diff(ratio[150, 200:]) <= 1e-4).all()


def test_a_gradient_may_fall_to_any_side() -> None:
    """`towards` names the side on which the second colour lies."""
    sides = {"top": (0, 50), "bottom": (-1, 50), "left": (50, 0), "right": (50, -1)}
    for side, there in sides.items():
        of = Background.model_validate(
            {"kind": "gradient", "colour": "#ffffff", "edge": "#000000", "towards": side}
        )
        light = luminance(backdrop.render(of, 100, 100))
        assert light[there] < 0.01
        assert light.max() > 0.99


def test_an_office_is_drawn_from_its_seed() -> None:
    """The same number draws the same room, on every machine and in every shape; another number another."""
    room = Background(kind="office")
    first = backdrop.render(room, 300, 300)
    assert (backdrop.render(room.model_copy(update={"shadow": 0.1}), 300, 300) == first).all()
    other = backdrop.render(room.model_copy(update={"seed": 2}), 300, 300)
    assert np.abs(other - first).mean() > 0.005


def test_an_office_is_far_out_of_focus_and_bright() -> None:
    """No edge in it competes with a face, it is not plain, and it stands off from all but the lightest faces."""
    light = luminance(backdrop.render(load_preset("office").background, 512, 512))
    assert np.abs(np.diff(light, axis=0)).max() < 0.1
    assert np.abs(np.diff(light, axis=1)).max() < 0.1
    assert light.std() > 0.05
    assert np.median(light) > 0.7
    assert 0 <= light.min() <= light.max() <= 1


def _marked(folder: Path, size: tuple[int, int] = (40, 80)) -> Path:
    """Write a logo: a red box with a rim of half transparency, else nothing."""
    pixel = np.zeros((*size, 4), np.uint8)
    pixel[4:-4, 4:-4] = (200, 0, 0, 128)
    pixel[8:-8, 8:-8] = (200, 0, 0, 255)
    Image.fromarray(pixel).save(folder / "mark.png")
    return folder / "mark.png"


def test_a_logo_stands_in_its_corner_in_its_own_colour(tmp_path: Path) -> None:
    """Whole where it is whole, mixed in linear light where it is half transparent, nothing around it."""
    of = Background(
        colour="#ffffff", logo=Logo(file=_marked(tmp_path), corner="bottom-left", height=0.2, margin=0.1)
    )
    printed = to_srgb(backdrop.render(of, 300, 200))
    assert (printed[152:168, 36:84] == (200, 0, 0)).all()
    red = backdrop.colour("#c80000")
    half = backdrop.render(of, 300, 200)[146, 60]
    assert np.abs(half - (red * 128 / 255 + (1 - 128 / 255))).max() < 0.005
    assert (printed[:130] == 255).all()
    assert (printed[:, 110:] == 255).all()


def test_a_logo_is_as_faint_as_it_was_ordered(tmp_path: Path) -> None:
    """Opacity 0 is no logo."""
    logo = Logo(file=_marked(tmp_path), opacity=0.0)
    assert (to_srgb(backdrop.render(Background(colour="#ffffff", logo=logo), 300, 200)) == 255).all()


def test_a_logo_stays_behind_the_person(gallery: Gallery, tmp_path: Path) -> None:
    """A logo as large as the frame shows beside the person, never on face or clothes."""
    logo = Logo(file=_marked(tmp_path, (80, 80)), height=0.5, margin=0.0)
    plain = small("house")
    marked = plain.model_copy(update={"background": plain.background.model_copy(update={"logo": logo})})
    picture = gallery.open("icpsr021534").picture
    without, with_ = (gallery.sit(picture, preset) for preset in (plain, marked))
    person = without.alpha == 1
    assert np.abs(without.portrait[person].astype(int) - with_.portrait[person]).max() <= 1
    height, width = person.shape
    behind = ~(without.alpha > 0.001)[: height // 2, width // 2 :]
    changed = np.abs(without.portrait.astype(int) - with_.portrait)[: height // 2, width // 2 :].max(-1) > 20
    assert changed[behind].mean() > 0.3


@pytest.mark.parametrize("what", ["gone", "text", "opaque", "huge"])
def test_a_logo_that_cannot_be_used_is_named_by_its_key(tmp_path: Path, what: str) -> None:
    """Not there, no picture, without transparency, larger than the frame: told as a setting."""
    file = tmp_path / "own.png"
    if what == "text":
        file.write_text("not a picture")
    elif what == "opaque":
        file.write_bytes(pixels.png(np.zeros((9, 9, 3), np.uint8)))
    elif what == "huge":
        file = _marked(tmp_path, (20, 400))
    with pytest.raises(ConfigError, match=r"background\.logo\."):
        backdrop.render(Background(logo=Logo(file=file, height=0.2)), 100, 100)


@pytest.mark.parametrize("name", preset_names())
def test_behind_a_real_person_is_the_presets_backdrop(gallery: Gallery, name: str) -> None:
    """Where the person is not, the portrait is the preset's backdrop; shadow and grain leave its colour alone."""
    preset = small(name)
    sitting = gallery.sit(gallery.open("icpsr021534").picture, preset)
    height, width = sitting.portrait.shape[:2]
    wanted = to_srgb(backdrop.render(preset.background, width, height)).astype(int)
    clear = sitting.alpha == 0
    assert clear.mean() > 0.1
    assert (sitting.portrait.astype(int) - wanted)[clear].mean(0).max() <= 0.5
    assert measure("background_colour", sitting) <= 1

"""Grain: what is measured in a photo is what the ground gets, and nothing that a brand would see as colour."""

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from catchlight import backdrop, grain, pixels
from catchlight.config import load_preset
from catchlight.grain import Grain
from catchlight.ground import Background
from catchlight.pixels import to_srgb

EVERYWHERE = np.ones((512, 512), np.float32)


def _photo(sigma: float, seed: int = 0) -> np.ndarray:
    """Return a smooth grey picture with noise of so many levels."""
    y = np.linspace(90, 150, 512)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, sigma, (512, 512, 1))
    return np.clip(np.round(y + noise), 0, 255).astype(np.uint8).repeat(3, 2)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.5])
def test_a_photos_noise_is_measured(sigma: float) -> None:
    """Within a tenth of what was put in."""
    assert grain.measure(_photo(sigma), EVERYWHERE).sigma == pytest.approx(sigma, rel=0.1)


@pytest.mark.parametrize(("sigma", "size"), [(0.8, 1.0), (1.5, 1.0), (1.0, 1.5), (1.0, 2.0), (1.6, 2.0)])
@pytest.mark.parametrize("code", ["#cdd3d9", "#2c4668"])
def test_the_ground_gets_the_grain_that_was_measured(code: str, sigma: float, size: float) -> None:
    """Measured in the same way, also for a photo that was enlarged, before light and dark grounds."""
    ground = backdrop.render(Background(colour=code), 512, 512)
    printed = to_srgb(grain.lay(ground, Grain(sigma, size)))
    assert grain.measure(printed, EVERYWHERE, size).sigma == pytest.approx(sigma, rel=0.3)


def test_an_enlarged_photo_has_coarser_grain_not_less() -> None:
    """Behind a photo that was enlarged twice the ground is as noisy as the photo is now, and as coarse."""
    twice = cv2.resize(_photo(1.5), (1024, 1024), interpolation=cv2.INTER_CUBIC)
    found = grain.measure(twice, np.ones((1024, 1024), np.float32), 2.0)
    ground = backdrop.render(Background(colour="#808080"), 1024, 1024)
    photo, printed = _noise(twice), _noise(to_srgb(grain.lay(ground, found)))
    assert printed.std() == pytest.approx(photo.std(), rel=0.15)
    alike = [float((noise[:, 1:] * noise[:, :-1]).mean() / noise.var()) for noise in (photo, printed)]
    assert alike[1] == pytest.approx(alike[0], abs=0.15)


def _noise(picture: np.ndarray) -> np.ndarray:
    """Return what is left of a picture of which the light changes from row to row."""
    green = picture[..., 1].astype(float)
    return green - green.mean(1, keepdims=True)


def test_a_denoised_photo_gets_no_grain() -> None:
    """Neither smoothing nor the blotches of a small JPEG are imitated."""
    smooth = cv2.GaussianBlur(_photo(4), (0, 0), 2)
    jpeg = cv2.imdecode(np.frombuffer(pixels.jpeg(_photo(2), quality=25), np.uint8), cv2.IMREAD_COLOR)
    assert grain.measure(smooth, EVERYWHERE).sigma < 0.2
    assert grain.measure(jpeg, EVERYWHERE).sigma < 0.2


def test_texture_is_not_taken_for_noise() -> None:
    """A checked jacket on half of the person says nothing about the camera."""
    picture = _photo(0.8)
    picture[256:, ::2] //= 2
    assert grain.measure(picture, EVERYWHERE).sigma == pytest.approx(0.8, rel=0.2)


def test_nobody_in_the_picture_has_no_grain() -> None:
    """Without a person there is nothing to match."""
    assert grain.measure(_photo(2), np.zeros((512, 512), np.float32)).sigma == 0


@pytest.mark.parametrize("code", ["#ffffff", "#000000", "#e6e8eb", "#1f4a3d"])
def test_a_plain_colour_without_grain_stays_exact(code: str) -> None:
    """The dither that keeps gradients from banding never moves a colour by a level."""
    ground = backdrop.render(Background(colour=code), 300, 200)
    assert (to_srgb(grain.lay(ground, Grain())) == to_srgb(ground)).all()


def test_white_stays_white_under_the_coarsest_grain() -> None:
    """A page that is white itself must not show where the portrait begins."""
    ground = backdrop.render(Background(colour="#ffffff"), 300, 200)
    assert (to_srgb(grain.lay(ground, Grain(grain.COARSEST, 2.0))) == 255).all()


@pytest.mark.parametrize("code", ["#f1f3f5", "#808080", "#2c4668", "#0e1b30"])
def test_the_coarsest_grain_is_within_the_brands_tolerance(code: str) -> None:
    """Mean CIEDE2000 to the preset stays below 1, and the mean colour within a third of a level."""
    ground = backdrop.render(Background(colour=code), 256, 256)
    printed, plain = to_srgb(grain.lay(ground, Grain(grain.COARSEST, 2.0))), to_srgb(ground)
    assert deltaE_ciede2000(rgb2lab(printed), rgb2lab(plain)).mean() < 0.9
    assert np.abs(printed.reshape(-1, 3).mean(0) - plain[0, 0]).max() < 0.35


def test_a_dark_gradient_has_no_bands() -> None:
    """Where 8 bits would draw a step of one level over many pixels, the step is scattered instead."""
    ground = backdrop.render(load_preset("deep-blue").background, 2000, 2000, (808, 872))
    plain, dithered = (to_srgb(each)[..., 2].astype(float) for each in (ground, grain.lay(ground, Grain())))
    steepest = [np.abs(np.diff(each.mean(0).reshape(-1, 10).mean(1))).max() for each in (plain, dithered)]
    assert steepest[0] > 0.75
    assert steepest[1] < 0.65 * steepest[0]
    assert np.abs(dithered - plain).max() <= 1


def test_a_band_of_grain_has_the_same_bits_as_the_whole() -> None:
    """A pixel's noise depends on its place and the seed alone."""
    of, noise = load_preset("deep-blue").background, Grain(1.2, 1.7)
    whole = grain.lay(backdrop.render(of, 700, 1100), noise, 77)
    for rows in ((0, 63), (63, 64), (600, 1100)):
        band = grain.lay(backdrop.render(of, 700, 1100, rows), noise, 77, rows)
        assert (band == whole[slice(*rows)]).all()


def test_each_person_has_a_grain_of_their_own_and_always_the_same() -> None:
    """Two portraits side by side do not share a pattern; one printed twice is the same file."""
    ground = backdrop.render(load_preset("house").background, 200, 200)
    first, again, other = (grain.lay(ground, Grain(1.0), grain.seed_of(_photo(1, n))) for n in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).mean() > 0.9
    assert backdrop.render(load_preset("house").background, 200, 200) is ground


def test_the_person_is_left_alone() -> None:
    """Composited in linear light, grain and shadow reach only what alpha lets through."""
    ground = backdrop.render(Background(), 64, 64)
    alpha = np.zeros((64, 64, 1), np.float32)
    alpha[:, 32:] = 1
    person = np.full((64, 64, 3), 0.3, np.float32)
    with_, without = (
        to_srgb(person * alpha + behind * (1 - alpha)) for behind in (grain.lay(ground, Grain(2.0)), ground)
    )
    assert (with_[:, 32:] == without[:, 32:]).all()
    assert (with_[:, :32] != without[:, :32]).any()

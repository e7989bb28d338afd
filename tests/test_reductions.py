"""Large pictures are reduced in steps: what comes out is what one step would give, whichever was asked for first."""

import cv2
import numpy as np
import pytest

from catchlight import reductions


@pytest.fixture
def large() -> np.ndarray:
    """Return a picture that is large enough to be remembered."""
    small = np.random.default_rng(3).integers(0, 256, (15, 20, 3), np.uint8)
    return cv2.resize(small, (1300, 1001), interpolation=cv2.INTER_CUBIC)


def _means(picture: np.ndarray, times: int) -> np.ndarray:
    height, width = picture.shape[0] // times, picture.shape[1] // times
    whole = picture[: height * times, : width * times].astype(float)
    return whole.reshape(height, times, width, times, 3).mean((1, 3))


@pytest.mark.parametrize("times", [2, 3, 4, 6, 8, 12, 24])
def test_a_reduction_is_the_mean_of_its_squares(large: np.ndarray, times: int) -> None:
    """Within the rounding of each step."""
    assert np.abs(reductions.reduced(large, times) - _means(large, times)).max() <= 2


def test_two_pictures_in_turn_are_not_mixed_up(large: np.ndarray) -> None:
    """Photo and portrait are looked at in turn, and a third one after them."""
    others = [large, 255 - large, large[::-1].copy()]
    for picture in (*others, *others):
        assert np.abs(reductions.reduced(picture, 4) - _means(picture, 4)).max() <= 2


@pytest.mark.parametrize("scale", [2.0, 1.0, 0.7, 0.5, 0.4, 0.26, 0.2, 0.13, 0.09, 0.02])
def test_little_is_left_to_resample(large: np.ndarray, scale: float) -> None:
    """After the reduction a picture is neither enlarged by more than a few per cent nor reduced to under a half."""
    left = scale * reductions.times_of(large, scale)
    assert left <= max(scale, 1.03)
    assert left > 0.5 or scale > 0.5


def test_a_fitted_picture_is_as_if_fitted_at_once(large: np.ndarray) -> None:
    """A thumbnail made by way of a reduction looks as one made directly."""
    directly = cv2.resize(large, (130, 100), interpolation=cv2.INTER_AREA)
    away = np.abs(reductions.fitted(large, 130, 100).astype(int) - directly)
    assert away.mean() < 1.5
    assert away.max() < 12

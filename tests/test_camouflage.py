"""An outline that is half there where person and background have the same colour is looked at."""

import cv2
import numpy as np
import pytest

from catchlight.checks import camouflage as check
from catchlight.records import Rung
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

SIDE = 240
SKIN, WALL, NEARLY_SKIN = (170, 130, 110), (90, 110, 150), (165, 132, 112)
BITTEN = "icpsr021549"  # grey hair before a grey flag, half through at a temple
CLEAN = ("T000472", "W000797", "L000595")  # short hair, and curls through which one sees


def drawn(wall: tuple[int, int, int], half: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Return a head before a wall, and an alpha that is half there in a patch of 8 × 30 pixels at its edge."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(alpha, (80, 60), (160, 239), 1, -1)
    photo = np.where(alpha[..., None] > 0, SKIN, wall).astype(np.uint8)
    alpha[100:130, 80:88] = half
    return photo, alpha


def test_a_patch_that_colour_cannot_tell_is_measured() -> None:
    """Half there all over, so that half of its area counts; nothing of it before another wall."""
    assert check.largest(*drawn(NEARLY_SKIN), 1.0) == pytest.approx(0.5 * 8 * 30, rel=0.2)
    assert check.largest(*drawn(WALL), 1.0) == 0


def test_a_sure_outline_before_the_same_colour_is_none() -> None:
    """What the shape told is all there; nobody is looked at for a wall."""
    assert check.largest(*drawn(NEARLY_SKIN, 1.0), 1.0) == 0


def test_what_the_photo_does_not_show_is_none() -> None:
    """Where the photo ends nothing is known of either side."""
    photo, alpha = drawn(NEARLY_SKIN)
    alpha[90:140, :100] = -0.5
    assert check.largest(photo, alpha, 1.0) == 0


def test_a_temple_that_went_half_through_is_looked_at(seated: Seated) -> None:
    """Past the limit, where neither shapes nor strange colours tell it."""
    assert check.measure(seated(BITTEN)) > (check.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_hair_before_another_colour_is_let_through(id_: str, seated: Seated) -> None:
    """Well below the limit."""
    assert check.measure(seated(id_)) < (check.Settings().high or 0) / 2


def test_a_background_that_stays_hides_nothing(seated: Seated) -> None:
    """Where only the crop was changed, nothing of the person can be missing."""
    assert check.measure(seated(BITTEN, Rung.CROP)) == 0

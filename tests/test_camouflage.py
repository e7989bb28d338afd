"""An outline that is half there where person and background have the same colour is looked at."""

import cv2
import numpy as np
import pytest

from catchlight.checks import camouflage as check
from catchlight.records import Rung
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

SIDE, SCALE = 640, 50 / 133
SEEN = np.ones((SIDE, SIDE), bool)
SKIN, WALL, NEARLY_SKIN = (170, 130, 110), (90, 110, 150), (165, 132, 112)
BITTEN = "icpsr021300"  # fair hair before a wall of its colour, half through
CLEAN = ("T000472", "W000797", "L000595")  # short hair, and curls through which one sees


def drawn(wall: tuple[int, int, int], half: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Return a head before a wall, and an alpha with soft edges that is half there in a patch of 24 × 90 pixels at one.

    At 133 pixels from eyes to chin, as on a sheet.
    """
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(alpha, (220, 160), (430, 639), 1, -1)
    photo = np.where(alpha[..., None] > 0, SKIN, wall).astype(np.uint8)
    alpha[270:360, 220:244] = half
    return photo, cv2.GaussianBlur(alpha, (0, 0), 1.5)


def found(photo: np.ndarray, alpha: np.ndarray, seen: np.ndarray = SEEN) -> float:
    """Return the patch in pixels of the picture."""
    return check.largest(photo, alpha, seen, SCALE) / SCALE**2


def test_a_patch_that_colour_cannot_tell_is_measured() -> None:
    """Half there all over, so that half of its area counts; nothing of it before another wall."""
    assert found(*drawn(NEARLY_SKIN)) == pytest.approx(0.5 * 24 * 90, rel=0.25)
    assert found(*drawn(WALL)) == 0


def test_a_sure_outline_before_the_same_colour_is_none() -> None:
    """What the shape told is all there but for its edge: nobody is looked at for a wall."""
    assert found(*drawn(NEARLY_SKIN, 1.0)) == 0


def test_where_the_photo_ends_is_no_patch() -> None:
    """A round photo cuts through shoulder and hair: neither side is known there, and the seam is not half there."""
    photo, alpha = drawn(NEARLY_SKIN, 1.0)
    seen = cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (300, 330), 190, 1, -1) > 0
    assert found(photo, np.where(seen, alpha, 0).astype(np.float32), seen) == 0


def test_hair_that_went_half_through_is_looked_at(seated: Seated) -> None:
    """Past the limit, where neither shapes nor strange colours tell it."""
    assert check.measure(seated(BITTEN)) > (check.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_hair_before_another_colour_is_let_through(id_: str, seated: Seated) -> None:
    """Well below the limit."""
    assert check.measure(seated(id_)) < (check.Settings().high or 0) / 2


def test_a_background_that_stays_hides_nothing(seated: Seated) -> None:
    """Where only the crop was changed, nothing of the person can be missing."""
    assert check.measure(seated(BITTEN, Rung.CROP)) == 0

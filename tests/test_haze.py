"""A veil of the old background that the matte could not let go is told by its width and evenness."""

import cv2
import numpy as np
import pytest

from catchlight.checks import haze as check
from catchlight.haze import haze, veils
from catchlight.records import Rung
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

UNIT, SIDE = 150, 512
GROUND, PERSON, WALL = (230, 232, 235), (80, 60, 50), (120, 125, 130)
CLEAN = ("T000472", "W000797", "L000595")  # short hair, and curls through which one sees
VEILED = ("B001300", "icpsr021340")  # wall beside long hair, and under short hair


def drawn(share: float, width: int, *, colour: tuple[int, int, int] = WALL) -> np.ndarray:
    """Return what is found on a portrait beside whose head a patch of so much wall stayed."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.circle(alpha, (256, 256), 120, 1, -1, cv2.LINE_AA)
    patch = slice(200, 260), slice(376, 376 + width)
    alpha[patch] = np.maximum(alpha[patch], share)
    front = np.full((SIDE, SIDE, 3), PERSON, np.float32)
    front[patch] = colour
    behind = np.full((SIDE, SIDE, 3), GROUND, np.float32)
    portrait = (alpha[..., None] * front + (1 - alpha[..., None]) * behind).astype(np.uint8)
    return haze(portrait, veils(alpha, UNIT), behind.astype(np.uint8), UNIT)


def test_a_veil_is_found_where_it_lies() -> None:
    """Most of it, and nothing of the head."""
    found = drawn(0.4, 40)
    assert found[205:255, 385:410].mean() > 0.8
    assert not found[:, :370].any()


@pytest.mark.parametrize(("share", "width"), [(0.4, 5), (0.02, 40), (1.0, 40)])
def test_an_edge_a_trace_and_a_hat_are_none(share: float, width: int) -> None:
    """What is narrow, what is hardly there, and what is all there."""
    assert not drawn(share, width).any()


def test_what_nobody_can_see_is_none() -> None:
    """A veil in the ground's own colour."""
    assert not drawn(0.4, 40, colour=GROUND).any()


def test_locks_that_one_sees_through_are_none() -> None:
    """Strands a few pixels apart are half there on the whole, but not evenly."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[100:300, 100:200:6] = alpha[100:300, 101:200:6] = alpha[100:300, 102:200:6] = 0.9
    assert not veils(alpha, UNIT).any()


@pytest.mark.parametrize("id_", CLEAN)
def test_hair_is_no_haze(id_: str, seated: Seated) -> None:
    """Official portraits with clean edges are let through."""
    assert check.measure(seated(id_)) < (check.Settings().high or 0)


@pytest.mark.usefixtures("first_cut")
@pytest.mark.parametrize("id_", VEILED)
def test_wall_that_stayed_is_looked_at_and_a_background_that_is_kept_is_not(id_: str, seated: Seated) -> None:
    """The same photo: cut out, with some of the wall, and only cropped, where the wall is meant to be there."""
    assert check.measure(seated(id_)) > (check.Settings().high or 0)
    assert check.measure(seated(id_, Rung.CROP)) == 0

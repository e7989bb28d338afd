"""The wall in a loop of hair, which the matte kept as solid as the person, is told by its colour."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight.checks import strays as check
from catchlight.decoding import decode
from catchlight.sitting import sit
from catchlight.strays import strays
from catchlight.studio import Studio
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

UNIT, SIDE = 120, 400
SKIN, HAIR, WALL, SHIRT = (205, 150, 125), (90, 65, 45), (60, 90, 200), (235, 235, 235)
CHIN = 290
HELD = ("L000595_b", "D000617_b")  # blue in curls, and between hair and neck
CLEAN = ("D000626_b", "M001199_b")  # before the same wall: a pin of its colour, a collar


def drawn(pocket: tuple[int, int, int], radius: int = 9, at: tuple[int, int] = (80, 230)) -> np.ndarray:
    """Return what strayed of a head with long hair before a wall, with a spot in a colour that the matte kept whole."""
    photo = np.full((SIDE, SIDE, 3), WALL, np.uint8)
    cv2.rectangle(photo, (40, 90), (360, 399), HAIR, -1)
    cv2.rectangle(photo, (110, 310), (290, 399), SHIRT, -1)
    cv2.circle(photo, (200, 210), 80, SKIN, -1)
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(alpha, (40, 90), (360, 399), 1, -1)
    cv2.circle(photo, at, radius, pocket, -1)
    hair = np.zeros((SIDE, SIDE), np.uint8)
    hair[:CHIN] = 1
    cv2.circle(hair, (200, 210), 80, 0, -1)
    portrait = np.where(alpha[..., None] > 0, photo, 235).astype(np.uint8)
    return strays(photo, portrait, alpha, np.ones(alpha.shape, bool), UNIT, hair > 0)


@pytest.mark.parametrize("shade", [1.0, 0.8])
def test_the_wall_in_a_loop_of_hair_is_found(shade: float) -> None:
    """All of it, in shadow as well, and none of the hair around it."""
    found = drawn((int(60 * shade), int(90 * shade), int(200 * shade)))
    rows, columns = np.nonzero(found)
    assert found.sum() > 0.9 * np.pi * 9**2
    assert abs(rows - 230).max() <= 9
    assert abs(columns - 80).max() <= 9


def test_what_is_no_pocket_is_left() -> None:
    """A green slide, cloth as large as a hat, a spot in the face, and a pin below the chin."""
    assert not drawn((40, 160, 60)).any()
    assert not drawn(WALL, 20).any()
    assert not drawn(WALL, 9, (200, 210)).any()
    assert not drawn(WALL, 9, (200, 350)).any()


@pytest.mark.parametrize("name", HELD)
def test_who_kept_the_wall_in_their_hair_is_looked_at(name: str, shared: Path, house: Studio) -> None:
    """Past the limit."""
    assert reading(name, shared, house) > (check.Settings().high or 0)


def test_a_strip_of_flag_at_the_neck_is_looked_at(seated: Seated) -> None:
    """Red between jaw and shoulder, which was just below the limit."""
    assert check.measure(seated("icpsr021543")) > (check.Settings().high or 0)


@pytest.mark.parametrize("name", CLEAN)
def test_what_people_wear_in_the_walls_colour_is_let_through(name: str, shared: Path, house: Studio) -> None:
    """Well below the limit."""
    assert reading(name, shared, house) < (check.Settings().high or 0) / 1.5


def reading(name: str, shared: Path, house: Studio) -> float:
    """Return what the check reads on one of the pairs."""
    return check.measure(sit(decode((shared / f"pairs/photos/{name}.jpg").read_bytes()), house.preset, house))

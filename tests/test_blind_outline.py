"""An outline where person and background have one colour is guessed: a long stretch of it is looked at."""

import cv2
import numpy as np
import pytest

from catchlight.checks import blind_outline as check
from catchlight.records import Rung
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

SIDE, UNIT = 256, 78
SUIT, FLAG, WALL = (40, 50, 85), (42, 52, 84), (120, 130, 160)
BITTEN = "icpsr021720"  # a navy suit before a navy flag, the shoulder bitten away in waves
CLEAN = ("T000472", "K000389", "icpsr021149")  # dark suits before a wall that is somewhat lighter
LIMIT = check.Settings().high or 0


def stretch(behind: tuple[int, int, int], seen: np.ndarray | None = None) -> float:
    """Return the longest stretch in lengths from eyes to chin: a suit 150 pixels wide, one side of it before ``behind``."""
    photo = np.full((SIDE, SIDE, 3), WALL, np.uint8)
    photo[:, 128:] = behind
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(alpha, (53, 100), (203, 255), 1, -1)
    photo[alpha > 0] = SUIT
    shown = np.ones((SIDE, SIDE), bool) if seen is None else seen
    return check.longest(check.blind(photo, alpha, shown, UNIT)) / UNIT


def test_a_stretch_that_the_photo_does_not_show_is_measured() -> None:
    """Half of the shoulder and one side of the suit, at most; nothing before a wall."""
    assert stretch(FLAG) == pytest.approx((75 + 155) / UNIT, rel=0.15)
    assert stretch(WALL) == 0


def test_a_gap_divides_it() -> None:
    """Where something else shows behind the suit, both parts count for themselves."""
    seen = np.ones((SIDE, SIDE), bool)
    seen[:140, 170:] = False
    assert stretch(FLAG, seen) < stretch(FLAG) - 0.5


def test_where_the_photo_ends_is_no_outline() -> None:
    """The seam of a round photo is none, nor is the frame's foot."""
    seen = cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (128, 128), 60, 1, -1) > 0
    assert stretch(SUIT, seen) < 1


def test_a_shoulder_before_a_flag_of_its_colour_is_looked_at(seated: Seated) -> None:
    """Past the limit, though the matte is sure of it."""
    assert check.measure(seated(BITTEN)) > LIMIT


@pytest.mark.parametrize("id_", CLEAN)
def test_a_dark_suit_is_no_reason(id_: str, seated: Seated) -> None:
    """Well below the limit."""
    assert check.measure(seated(id_)) < LIMIT / 2


def test_a_background_that_stays_is_no_reason(seated: Seated) -> None:
    """Where only the crop was changed, no outline was drawn."""
    assert check.measure(seated(BITTEN, Rung.CROP)) == 0

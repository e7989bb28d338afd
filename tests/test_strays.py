"""A strip of the old background that stayed at the outline is told by its colour."""

import cv2
import numpy as np
import pytest

from catchlight.checks import strays as check
from catchlight.records import Rung
from catchlight.strays import strays
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

UNIT, SIDE = 120, 400
SKIN, HAIR, WALL, FLAG = (205, 150, 125), (90, 65, 45), (110, 130, 170), (190, 30, 45)
STAYED = (
    "G000583",
    "H001091",
    "icpsr021764",
)  # red beside an ear, red behind hair, the wall in a loop of hair
CLEAN = ("T000472", "icpsr021549")  # and hair that goes grey before a grey wall


def drawn(strip: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a photo of a head before a flag, with a strip beside the head that alpha keeps; portrait and alpha too."""
    photo = np.full((SIDE, SIDE, 3), WALL, np.uint8)
    photo[:, :60] = FLAG
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.circle(photo, (210, 200), 110, HAIR, -1)
    cv2.circle(photo, (210, 210), 90, SKIN, -1)
    cv2.circle(alpha, (210, 200), 110, 1, -1)
    cv2.rectangle(photo, (80, 190), (100, 194), strip, -1)
    cv2.rectangle(alpha, (80, 190), (100, 194), 1, -1)
    portrait = np.where(alpha[..., None] > 0, photo, 235).astype(np.uint8)
    return photo, portrait, alpha


def found(photo: np.ndarray, portrait: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return what strayed in a photo that fills its frame."""
    return strays(photo, portrait, alpha, np.ones(alpha.shape, bool), UNIT)


def test_a_strip_of_the_flag_is_found_and_nothing_else() -> None:
    """All of it, where it lies, and none of the hair."""
    rows, columns = np.nonzero(found(*drawn(FLAG)))
    assert (rows.min(), rows.max()) == (190, 194)
    assert 80 <= columns.min() <= columns.max() <= 100
    assert len(rows) > 80


@pytest.mark.parametrize("strip", [HAIR, tuple(c // 2 for c in HAIR), (40, 160, 60)])
def test_a_lock_its_shade_and_an_earring_are_the_persons(strip: tuple[int, int, int]) -> None:
    """Hair is not the background's, in shadow neither, and green is nobody's here."""
    assert not found(*drawn(strip)).any()


def test_what_was_cleaned_in_the_portrait_is_no_stray() -> None:
    """The wall shines through hair in the photo; it is the portrait that people see."""
    photo, portrait, alpha = drawn(FLAG)
    portrait[190:195, 80:101] = HAIR
    assert not found(photo, portrait, alpha).any()


def test_without_a_person_or_a_background_nothing_strays() -> None:
    """An empty matte, and one that keeps everything."""
    photo, portrait, alpha = drawn(FLAG)
    assert not found(photo, portrait, alpha * 0).any()
    assert not found(photo, photo, alpha * 0 + 1).any()


@pytest.mark.usefixtures("first_cut")
@pytest.mark.parametrize("id_", STAYED)
def test_who_kept_a_strip_of_flag_or_wall_is_looked_at(id_: str, seated: Seated) -> None:
    """Too thin for the second look at shapes, past the limit by colour."""
    sitting = seated(id_)
    assert check.measure(sitting) > (check.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_a_clean_outline_is_let_through(id_: str, seated: Seated) -> None:
    """Well below the limit."""
    assert check.measure(seated(id_)) < (check.Settings().high or 0) / 1.5


def test_a_background_that_stays_leaves_no_strays(seated: Seated) -> None:
    """Where only the crop was changed, the flag is meant to be there."""
    assert check.measure(seated(STAYED[0], Rung.CROP)) == 0

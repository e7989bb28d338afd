"""What stayed half there beside the person, and in none of their colours, is told where the ground shows it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight.checks import flecks as check
from catchlight.config import Background, load_preset
from catchlight.decoding import decode
from catchlight.flecks import flecks
from catchlight.pixels import to_linear, to_srgb
from catchlight.records import Rung
from catchlight.sitting import Sitting, sit
from catchlight.studio import Studio
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

UNIT, SIDE = 120, 400
SKIN, HAIR, STAR = (205, 150, 125), (70, 50, 40), (235, 235, 235)
NAVY, PAPER = (11, 42, 107), (236, 238, 240)
KEPT = ("icpsr021132", "icpsr021151")  # stars of flags beside a jaw and a temple
CLEAN = ("L000595", "W000797", "T000472")  # curls, and a short cut


def drawn(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> np.ndarray:
    """Return how much shows of something half there beside a head with hair."""
    picture, alpha = np.full((SIDE, SIDE, 3), ground, np.uint8), np.zeros((SIDE, SIDE), np.float32)
    behind = picture.copy()
    cv2.circle(picture, (200, 200), 110, HAIR, -1)
    cv2.circle(picture, (200, 210), 90, SKIN, -1)
    cv2.circle(alpha, (200, 200), 110, 1, -1)
    mixed = to_srgb(to_linear(np.array([[colour, ground]], np.uint8)).mean(1, keepdims=True))[0, 0]
    cv2.rectangle(picture, (60, 190), (80, 200), mixed.tolist(), -1)
    cv2.rectangle(alpha, (60, 190), (80, 200), 0.5, -1)
    oval = np.array(cv2.ellipse2Poly((200, 210), (90, 90), 0, 0, 360, 10), np.float64)
    return flecks(picture, alpha, behind, np.ones(alpha.shape, bool), oval, UNIT)


def test_a_star_shows_on_a_dark_ground_and_nothing_else_does() -> None:
    """All of it, where it lies, but for a row of its rim."""
    shown = drawn(STAR, NAVY)
    assert shown[191:200, 61:80].all()
    shown[190:201, 60:81] = 0
    assert not shown.any()


def test_what_the_ground_hides_counts_less() -> None:
    """The same star before paper is a tenth of what it is before navy, at most."""
    assert drawn(STAR, PAPER).sum() < drawn(STAR, NAVY).sum() / 10


@pytest.mark.parametrize("ground", [NAVY, PAPER])
def test_a_lock_is_the_persons(ground: tuple[int, int, int]) -> None:
    """Half there as well, in the colour of the hair."""
    assert not drawn(HAIR, ground).any()


def on_navy(seated_by: Studio, photo: bytes) -> Sitting:
    """Return somebody before a company's dark blue."""
    preset = load_preset("house")
    blue = preset.model_copy(update={"background": Background(kind="solid", colour="#0b2a6b")})
    return sit(decode(photo), blue, seated_by)


@pytest.mark.parametrize("id_", KEPT)
def test_who_kept_stars_of_a_flag_is_looked_at_on_navy(id_: str, house: Studio, shared: Path) -> None:
    """Before light grey nobody sees them."""
    sitting = on_navy(house, (shared / f"congress/photos/{id_}.jpg").read_bytes())
    assert check.measure(sitting) > (check.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_hair_is_let_through_on_navy(id_: str, house: Studio, shared: Path) -> None:
    """Whatever its ends."""
    sitting = on_navy(house, (shared / f"congress/photos/{id_}.jpg").read_bytes())
    assert check.measure(sitting) < (check.Settings().high or 0) / 1.5


def test_a_background_that_stays_has_no_flecks(seated: Seated) -> None:
    """Where only the crop was changed, the flag is meant to be there."""
    assert check.measure(seated(KEPT[0], Rung.CROP)) == 0

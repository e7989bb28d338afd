"""Ears, temples and a jaw without a clear edge are looked at; hair further out may be as fine as it is."""

import cv2
import numpy as np
import pytest

from catchlight.checks import frayed as check
from catchlight.records import Rung
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

SIDE, UNIT = 512, 180.0
FACE = cv2.ellipse2Poly((256, 256), (100, 140), 0, 0, 360, 10).astype(np.float32)
UNCLEAR = "icpsr021521"  # grey hair and ears before a grey corridor
CLEAN = ("T000472", "W000797", "E000296")  # short hair, curls, a bald head


def drawn(wide: int) -> np.ndarray:
    """Return the alpha of a head that is half there over so many pixels beside its left cheek."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    cv2.ellipse(alpha, (256, 256), (110, 150), 0, 0, 360, 1, -1, cv2.LINE_AA)
    alpha[220:320, 147 - wide : 147] = 0.5
    return alpha


def test_a_cheek_that_frays_counts_by_its_area() -> None:
    """Half of what is half there, over the even edge that every head has."""
    even = check.area(drawn(0), FACE, UNIT)
    assert check.area(drawn(12), FACE, UNIT) - even == pytest.approx(0.5 * 12 * 100, rel=0.1)


def test_what_is_further_out_is_hair() -> None:
    """Half a head's width away nothing counts."""
    alpha = drawn(0)
    alpha[100:400, 20:60] = 0.5
    assert check.area(alpha, FACE, UNIT) == check.area(drawn(0), FACE, UNIT)


def test_who_has_no_clear_edge_is_looked_at(seated: Seated) -> None:
    """Past the limit, where the mean width of the outline is not."""
    assert check.measure(seated(UNCLEAR)) > (check.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_a_clear_edge_is_let_through(id_: str, seated: Seated) -> None:
    """Well below the limit."""
    assert check.measure(seated(id_)) < (check.Settings().high or 0) / 1.4


def test_a_background_that_stays_needs_no_edge(seated: Seated) -> None:
    """Where only the crop was changed, nothing was cut out."""
    assert check.measure(seated(UNCLEAR, Rung.CROP)) == 0

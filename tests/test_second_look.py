"""What stays of the old background beside a person is seen on the finished portrait."""

from dataclasses import replace

import numpy as np
import pytest

from catchlight import second_look
from catchlight.checks import scraps
from catchlight.records import Rung
from catchlight.studio import Studio
from tests.studio import Gallery, small
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

FLAG = ("icpsr029317", "icpsr029525")  # a matte that keeps stripes at the shoulder, and one that keeps wall
CLEAN = ("T000472", "E000296")


@pytest.mark.usefixtures("first_cut")
@pytest.mark.parametrize("id_", FLAG)
def test_who_kept_a_piece_of_flag_or_wall_is_looked_at(id_: str, seated: Seated) -> None:
    """It lies past the limit, and at the person's side, not on them."""
    sitting = seated(id_)
    assert scraps.measure(sitting) > (scraps.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_a_clean_outline_is_let_through(id_: str, seated: Seated, house: Studio) -> None:
    """And one to which a grey board is added is not: the same portrait shows both."""
    sitting = seated(id_)
    limit = scraps.Settings().high or 0
    assert scraps.measure(sitting) < limit
    portrait, alpha = np.array(sitting.portrait), np.array(sitting.alpha)
    side = slice(0, len(portrait) // 12)
    rows = slice(len(portrait) // 4, len(portrait) // 2)
    portrait[rows, side], alpha[rows, side] = (150, 120, 90), 1
    found = second_look.scraps(portrait, alpha, sitting.head, None, house.segmenter)
    board = replace(sitting, scraps=second_look.largest(found))
    assert scraps.measure(board) > limit
    assert not found[:, found.shape[1] // 3 :].any()


def test_a_background_that_stays_leaves_no_scraps(seated: Seated) -> None:
    """Where only the crop was changed, everything behind the person is meant to be there."""
    assert scraps.measure(seated(FLAG[0], Rung.CROP)) == 0


@pytest.mark.parametrize(
    "id_", ["B001278", "icpsr021941", "H001091"]
)  # the last in the square around the head
def test_a_dark_ground_hides_nothing(id_: str, gallery: Gallery) -> None:
    """A strip beside the hair that is seen on grey is seen before near black, too."""
    sitting = gallery.sit(gallery.open(id_).picture, small("rembrandt-charcoal"))
    assert scraps.measure(sitting) > (scraps.Settings().high or 0)

"""What stays of the old background beside a person is seen on the finished portrait."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catchlight import second_look
from catchlight.checks import scraps
from catchlight.config import load_preset
from catchlight.decoding import decode
from catchlight.models import ModelStore, default_root
from catchlight.records import Rung
from catchlight.sitting import Sitting, sit
from catchlight.studio import Studio

FLAG = ("icpsr029317", "icpsr029525")  # a matte that keeps stripes at the shoulder, and one that keeps wall
CLEAN = ("T000472", "C001101")


@pytest.fixture(scope="module")
def studio() -> Studio:
    """Return a warm studio."""
    return Studio(load_preset("house"), ModelStore(default_root()))


def seated(id_: str, shared: Path, studio: Studio, rung: Rung = Rung.RELIGHT) -> Sitting:
    """Return one person's sitting."""
    photo = decode((shared / f"congress/photos/{id_}.jpg").read_bytes())
    return sit(photo, studio.preset, studio, cap=rung)


@pytest.mark.parametrize("id_", FLAG)
def test_who_kept_a_piece_of_flag_or_wall_is_looked_at(id_: str, shared: Path, studio: Studio) -> None:
    """It lies past the limit, and at the person's side, not on them."""
    sitting = seated(id_, shared, studio)
    assert scraps.measure(sitting) > (scraps.Settings().high or 0)


@pytest.mark.parametrize("id_", CLEAN)
def test_a_clean_outline_is_let_through(id_: str, shared: Path, studio: Studio) -> None:
    """And one to which a grey board is added is not: the same portrait shows both."""
    sitting = seated(id_, shared, studio)
    limit = scraps.Settings().high or 0
    assert scraps.measure(sitting) < limit
    portrait, alpha = np.array(sitting.portrait), np.array(sitting.alpha)
    side = slice(0, len(portrait) // 12)
    rows = slice(len(portrait) // 4, len(portrait) // 2)
    portrait[rows, side], alpha[rows, side] = (150, 120, 90), 1
    found = second_look.scraps(portrait, alpha, studio.segmenter)
    board = replace(sitting, scraps=second_look.largest(found))
    assert scraps.measure(board) > limit
    assert not found[:, found.shape[1] // 3 :].any()


def test_a_background_that_stays_leaves_no_scraps(shared: Path, studio: Studio) -> None:
    """Where only the crop was changed, everything behind the person is meant to be there."""
    assert scraps.measure(seated(FLAG[0], shared, studio, Rung.CROP)) == 0

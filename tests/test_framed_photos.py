"""Where the head ends up on real portraits: within the brand's limits, however the photo was taken."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight.decoding import decode
from catchlight.sitting import Sitting
from catchlight.subject import look
from tests.studio import REFERENCE, Gallery, measure

pytest_plugins = ["tests.studio_fixtures"]

CUT = "O000174"  # this photo ends in the hair


@pytest.fixture(scope="module")
def whole(company: dict[str, Sitting]) -> dict[str, Sitting]:
    """Return the portraits of photos that show all of the head."""
    return {name: sitting for name, sitting in company.items() if name != CUT}


def test_nine_portraits_meet_the_brand(whole: dict[str, Sitting]) -> None:
    """Head 60–70 % of the frame, eyes on their line, level, in the middle, and the same person."""
    for name, sitting in whole.items():
        assert 60 <= measure("head", sitting) <= 70, name
        assert abs(measure("eye_line", sitting)) <= 0.5, name
        assert abs(measure("roll", sitting)) <= 1, name
        assert abs(measure("centre", sitting)) <= 1, name
        assert measure("background_colour", sitting) <= 1, name
        assert measure("likeness", sitting) < 65, name


def test_nine_portraits_keep_their_crowns(company: dict[str, Sitting], whole: dict[str, Sitting]) -> None:
    """Backdrop is above every head that the photo shows whole; the one that it does not is told."""
    assert [name for name, sitting in company.items() if sitting.sheet.head.cut] == [CUT]
    for name, sitting in whole.items():
        assert sitting.head.crown > 0.01 * sitting.portrait.shape[0], name
        assert sitting.alpha[0].max() < 0.1, name


def test_faces_come_out_much_more_alike_than_they_went_in(whole: dict[str, Sitting]) -> None:
    """Head heights and eye lines of the portraits spread a fraction of what those of the photos do."""
    for before, after, less in (("source_head", "head", 2.5), ("source_eye_line", "eye_line", 20)):
        spread = [np.std([measure(check, s) for s in whole.values()]) for check in (before, after)]
        assert spread[0] > less * spread[1]


def _lies_alike(one: Sitting, other: Sitting) -> None:
    for check, tolerance in (("head", 1.0), ("eye_line", 0.3), ("centre", 0.5), ("roll", 0.7)):
        assert measure(check, one) == pytest.approx(measure(check, other), abs=tolerance), check


@pytest.mark.parametrize("degrees", [-25, 10])
def test_a_tilted_photo_is_framed_as_the_level_one(
    gallery: Gallery, company: dict[str, Sitting], degrees: int
) -> None:
    """Whoever holds the camera aslant gets the same portrait, level."""
    photo = gallery.open(REFERENCE).picture
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, 0.45 * height), degrees, 1)
    tilted = cv2.warpAffine(
        photo, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    sitting = gallery.sit(tilted)
    assert abs(sitting.subject.face.roll + degrees) < 2
    _lies_alike(sitting, company[REFERENCE])


def test_a_larger_photo_with_more_around_is_framed_alike(
    gallery: Gallery, company: dict[str, Sitting]
) -> None:
    """Neither the photo's size nor where the person stands in it decides the framing."""
    photo = gallery.open(REFERENCE).picture
    wide = cv2.copyMakeBorder(photo, 100, 10, 300, 40, cv2.BORDER_REPLICATE)
    larger = cv2.resize(wide, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    _lies_alike(gallery.sit(larger), company[REFERENCE])


def test_a_portrait_developed_again_stays_as_it_is(gallery: Gallery, company: dict[str, Sitting]) -> None:
    """Our own portrait as next year's photo is framed as it was."""
    again = gallery.sit(company[REFERENCE].portrait)
    _lies_alike(again, company[REFERENCE])
    assert measure("source_head", again) == pytest.approx(measure("head", again), abs=1)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_camera_may_be_held_any_way(shared: Path, gallery: Gallery, orientation: int) -> None:
    """All EXIF orientations show the same head in the same place."""
    upright = look(decode((shared / "hard" / "derived_reference.jpg").read_bytes()), gallery.studio).face
    turned = look(
        decode((shared / "hard" / f"derived_exif{orientation}.jpg").read_bytes()), gallery.studio
    ).face
    assert np.abs(turned.oval - upright.oval).max() < 0.02 * upright.eye_to_chin
    assert turned.roll == pytest.approx(upright.roll, abs=0.5)


def test_a_photo_cut_at_the_crown_says_so(gallery: Gallery) -> None:
    """The portrait of a cut head starts at the cut, and a person is told to send another photo."""
    photo = gallery.open(REFERENCE)
    face = look(photo, gallery.studio).face
    cut = gallery.sit(photo.picture[int(face.brow_top[1] - 0.1 * face.eye_to_chin) :])
    assert cut.sheet.head.cut
    assert measure("hair_cut", cut) > 60
    assert cut.alpha[0].max() > 0.9

"""Where the head ends up, exactly, on drawn faces."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catchlight import framing
from catchlight.config import Crop, load_preset, preset_names
from catchlight.framing import Affine, Frame, Head
from tests.studio import drawn_face

HOUSE = load_preset("house").crop
BUNDLED = sorted({load_preset(name).crop for name in preset_names()}, key=repr)


@st.composite
def heads(draw: st.DrawFn, *, cut: bool = False) -> Head:
    """Draw a head: from shaven to hair that fills the sheet, of any size and place."""
    unit = draw(st.floats(20, 2000))
    eyes, middle = draw(st.floats(0, 5000)), draw(st.floats(0, 5000))
    rise = draw(st.floats(0.8, framing.ABOVE)) * unit
    return Head(eyes - rise, eyes, eyes + unit, middle, cut=cut)


@given(heads())
def test_a_head_lies_exactly_where_the_preset_says(of: Head) -> None:
    """Head share, eye line and centre are the preset's to the last digit, where the hair has its room."""
    rise = of.eyes - of.crown
    assume(rise / of.height * HOUSE.head <= HOUSE.eye_line - HOUSE.headroom)
    frame = framing.fit(of, HOUSE)
    assert of.height / frame.height == pytest.approx(HOUSE.head)
    assert (of.eyes - frame.top) / frame.height == pytest.approx(HOUSE.eye_line)
    assert (of.middle - frame.left) / (frame.height * HOUSE.aspect) == pytest.approx(HOUSE.centre)
    assert not frame.relaxed


@given(heads(), st.sampled_from(BUNDLED))
def test_no_frame_cuts_a_crown_that_the_photo_shows(of: Head, crop: Crop) -> None:
    """However high the hair, every candidate leaves the headroom above it and stays inside the limits."""
    for frame in framing.candidates(of, crop):
        assert of.crown - frame.top >= (crop.headroom - 1e-6) * frame.height
        assert of.chin < frame.top + frame.height
        assert crop.head_low - 1e-6 <= of.height / frame.height <= crop.head_high + 1e-6


@given(heads())
def test_high_hair_makes_the_head_smaller_before_the_eyes_move_down(of: Head) -> None:
    """The eye line gives way only when the head is already as small as the preset allows."""
    frame = framing.fit(of, HOUSE)
    if (of.eyes - frame.top) / frame.height > HOUSE.eye_line + 1e-6:
        assert of.height / frame.height == pytest.approx(HOUSE.head_low)
        assert frame.relaxed


@given(heads(cut=True), st.sampled_from(BUNDLED))
def test_a_head_that_the_photo_cut_ends_at_the_upper_edge(of: Head, crop: Crop) -> None:
    """No strip of backdrop lies above cut hair: the frame starts just below the cut."""
    for frame in framing.candidates(of, crop):
        assert 0 < frame.top - of.crown < 0.02 * frame.height
        assert frame.relaxed


@given(st.floats(20, 600), st.floats(-40, 40), st.integers(300, 2000))
def test_the_sheet_is_level_and_shows_the_whole_head(unit: float, roll: float, longest: int) -> None:
    """Eyes are level, the chin is right below them, and nothing is enlarged."""
    face = drawn_face(unit, roll)
    to = framing.sheet(face, longest)
    on_sheet = face.moved(to.matrix)
    assert on_sheet.roll == pytest.approx(0, abs=0.02)
    assert on_sheet.chin[0] == pytest.approx(on_sheet.eyes[0], abs=0.02 * unit)
    assert to.scale <= 1 + 1e-9
    assert max(to.width, to.height) <= longest + 1
    assert on_sheet.eyes == pytest.approx(
        to.scale * unit * np.array([framing.BESIDE, framing.ABOVE]), abs=0.05
    )
    assert to.height == pytest.approx((framing.ABOVE + framing.BELOW) * unit * to.scale, abs=0.51)


@given(st.floats(0.12, 3.0), st.floats(-30, 30), st.booleans())
def test_resampling_moves_nothing_aside(scale: float, roll: float, plain: bool) -> None:
    """A picture whose values are its own coordinates still says where each pixel came from, at any scale."""
    y, x = np.mgrid[0:240, 0:320].astype(np.float32)
    turn = np.radians(roll)
    axes = scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    to = Affine(np.hstack([axes, (np.array([30, 20]) - axes @ (160, 120))[:, None]]), 60, 40)
    back = cv2.invertAffineTransform(to.matrix)
    columns, rows = np.meshgrid(np.arange(60), np.arange(40))
    wanted = np.stack([columns, rows], -1) @ back[:, :2].T + back[:, 2]
    inside = (wanted > 10).all(-1) & (wanted[..., 0] < 309) & (wanted[..., 1] < 229)
    for axis, image in enumerate((x, y)):
        got = to.warp(image, outside=0.0 if plain else None)
        assert np.abs(got - wanted[..., axis])[inside].max() < 0.08 / min(scale, 1)


@given(st.floats(1, 9))
def test_a_mask_of_reduced_size_falls_on_the_same_place(scale: float) -> None:
    """The middle of a reduced pixel is the middle of the pixels that it stands for."""
    to = framing.sheet(drawn_face(90, 12), 400)
    corner = np.array([(scale - 1) / 2, (scale - 1) / 2])  # the middle of the first reduced pixel
    assert to.of_reduced(scale).points(np.zeros(2)) == pytest.approx(to.points(corner))
    assert to.of_reduced(scale).scale == pytest.approx(to.scale * scale)


def _standing(crown: int, *, seen_from: int = 0, floating: bool = False) -> Head:
    """Measure a drawn face with hair up to the row ``crown``, on a photo that begins at ``seen_from``."""
    face = drawn_face(100)
    alpha, seen = np.zeros((700, 800), np.float32), np.ones((700, 800), bool)
    cv2.ellipse(alpha, (400, 330), (75, 330 - crown), 0, 0, 360, (1.0,), -1)
    seen[:seen_from] = False
    alpha[~seen] = 0
    if floating:
        alpha[20:60, 380:420] = 1
    return framing.head(face, Affine(np.eye(2, 3), 800, 700), alpha, seen)


@pytest.mark.parametrize("crown", [100, 140, 180])
def test_the_crown_is_where_the_hair_begins(crown: int) -> None:
    """Crown by the matte, eyes and chin by the landmarks, the middle between both."""
    of = _standing(crown)
    assert of.crown == pytest.approx(crown, abs=4)
    assert (of.eyes, of.chin, of.middle) == pytest.approx((300, 400, 400), abs=0.5)
    assert not of.cut


def test_a_lamp_above_the_head_is_no_hair() -> None:
    """What floats above the head with background between does not raise the crown."""
    assert _standing(140, floating=True) == _standing(140)


def test_hair_that_runs_out_of_the_photo_is_called_cut() -> None:
    """A photo that begins below the crown has a cut head; one that begins above it has not."""
    assert _standing(140, seen_from=170).cut
    assert not _standing(140, seen_from=120).cut


def test_hair_that_runs_out_of_the_sheet_is_called_cut() -> None:
    """Hair higher than the sheet is not silently shaved flat."""
    assert _standing(-40).cut


@given(st.floats(-200, 200), st.floats(-200, 200), st.floats(200, 900), st.integers(96, 2048))
def test_the_frame_becomes_the_whole_portrait(left: float, top: float, size: float, height: int) -> None:
    """The frame's corners on the sheet are the portrait's corners."""
    crop = HOUSE.model_copy(update={"aspect": 0.8})
    to_sheet = framing.sheet(drawn_face(80, 9), 640)
    to = framing.portrait(Frame(left, top, size), to_sheet, crop, height)
    back = cv2.invertAffineTransform(to_sheet.matrix)
    corners = np.array([[left, top], [left + 0.8 * size, top + size]]) @ back[:, :2].T + back[:, 2]
    assert to.points(corners) == pytest.approx(np.array([[0, 0], [0.8 * height, height]]), abs=1e-3)
    assert (to.width, to.height) == (round(0.8 * height), height)


def test_moved_landmarks_are_those_of_the_moved_picture() -> None:
    """Turning and enlarging a face changes points, lengths and roll alike."""
    turned = drawn_face(50).moved(framing.sheet(drawn_face(50, -20), 10_000).matrix * 2)
    assert turned.eye_to_chin == pytest.approx(100, rel=1e-4)
    assert turned.eye_distance == pytest.approx(60, rel=1e-4)
    assert turned.right_lids == pytest.approx(10, rel=1e-4)
    assert turned.roll == pytest.approx(20, abs=0.01)


def test_landmarks_say_the_same_after_a_round_trip() -> None:
    """Mapped to the sheet and back, a face is what it was."""
    face = drawn_face(70, 15)
    to = framing.sheet(face, 300)
    back = face.moved(to.matrix).moved(cv2.invertAffineTransform(to.matrix))
    assert replace(back, oval=face.oval).as_face.points == pytest.approx(face.as_face.points, abs=0.01)
    assert (back.roll, back.eye_to_chin) == pytest.approx((face.roll, face.eye_to_chin), abs=0.01)

"""Where the head ends up, exactly, on drawn faces and on photographs."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jaxtyping import Float32

from catchlight import framing
from catchlight.anatomy import Picture
from catchlight.config import Crop, Limit, load_preset, preset_names
from catchlight.framing import Affine, Frame, Head
from catchlight.judge import limits
from catchlight.sitting import Sitting
from catchlight.subject import look
from tests.studio import REFERENCE, Gallery, as_photo, drawn_face

pytest_plugins = ["tests.studio_fixtures"]

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


@given(heads(cut=True), st.sampled_from(BUNDLED))
def test_a_head_that_the_photo_cut_ends_at_the_upper_edge(of: Head, crop: Crop) -> None:
    """No strip of backdrop lies above cut hair: the frame starts just below the cut."""
    for frame in framing.candidates(of, crop):
        assert 0 < frame.top - of.crown < 0.02 * frame.height


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


@given(heads(), st.sampled_from([0.75, 0.8, 1.0, 1.25]))
def test_a_preset_for_circles_keeps_the_head_inside(of: Head, aspect: float) -> None:
    """Crown, ears and chin lie inside the avatar's circle wherever a head of the preset's sizes can."""
    crop = HOUSE.model_copy(update={"circle": True, "aspect": aspect, "head": 0.68, "head_low": 0.5})
    smallest = crop.model_copy(update={"head": crop.head_low, "circle": False})
    assume(framing.room_in_circle(of, framing.fit(of, smallest), aspect) >= 0.02)
    assert framing.room_in_circle(of, framing.fit(of, crop), aspect) >= 0


@pytest.mark.parametrize(("aspect", "room"), [(1.0, 0.2), (0.8, 0.0), (1.5, 0.2)])
def test_room_in_a_circle_by_hand(aspect: float, room: float) -> None:
    """A round head of 400 pixels leaves a fifth of a circle of 500, and none of one of 400 as the 4:5 frame has."""
    of = Head(20, 220, 420, aspect * 250, cut=False, width=400)
    of = of if aspect < 1 else replace(of, crown=50, chin=450)
    assert framing.room_in_circle(of, Frame(0, 0, 500), aspect) == pytest.approx(room, abs=1e-6)


@pytest.mark.parametrize("aspect", [1.0, 0.8, 0.75])
def test_every_shape_of_frame_has_the_same_head(aspect: float) -> None:
    """Square, 4:5 and 3:4 differ beside the head only: its height, eye line and middle are the preset's."""
    crop = HOUSE.model_copy(update={"aspect": aspect})
    of = Head(100, 200, 300, 400, cut=False)
    for frame, square in zip(framing.candidates(of, crop), framing.candidates(of, HOUSE), strict=True):
        assert (frame.top, frame.height) == (square.top, square.height)
        assert of.middle - frame.left == pytest.approx(frame.height * aspect / 2)


def _limits(**crop: float | bool) -> dict[str, Any]:
    preset = load_preset("house")
    return limits(preset.model_copy(update={"crop": HOUSE.model_copy(update=crop)}))


def test_limits_follow_the_presets_crop() -> None:
    """Head, headroom and circle are judged by what this preset asks for, not by the house's numbers."""
    assert (_limits()["head"].low, _limits()["head"].high) == (60, 67)
    tall = _limits(head=0.55, head_low=0.5, head_high=0.58, headroom=0.06, circle=True)
    assert (tall["head"].low, tall["head"].high) == (50, 58)
    assert tall["headroom"].low == pytest.approx(5.5)
    assert (tall["circle"].low, tall["circle"].outcome) == (0, "review")
    assert (_limits()["circle"].low, _limits()["circle"].outcome) == (None, "note")
    exact = _limits(head=0.66, head_low=0.66, head_high=0.66)["head"]
    assert (exact.low, exact.high) == (65, 67)


def test_a_presets_own_limit_comes_last() -> None:
    """What [checks.head] says stands above what the crop implies."""
    preset = load_preset("house")
    own = preset.model_copy(update={"checks": {"head": Limit(low=62)}})
    assert (limits(own)["head"].low, limits(own)["head"].high) == (62, 67)


def _detail(picture: Picture, fine: float) -> Float32[np.ndarray, "h w"]:
    """Return the pattern of skin, lashes and lips, which no light changes."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return grey - cv2.GaussianBlur(grey, (0, 0), fine)


def test_nobody_is_mirrored_or_warped(company: dict[str, Sitting]) -> None:
    """Photo to portrait is one scale and one turn; each face is that of its photo and not of the mirror."""
    for name, sitting in company.items():
        crop, height = sitting.preset.crop, sitting.portrait.shape[0]
        to = framing.portrait(sitting.frame, sitting.sheet.map, crop, height)
        axes = to.matrix[:, :2] / to.scale
        assert axes @ axes.T == pytest.approx(np.eye(2), abs=1e-6), name
        assert np.linalg.det(axes) == pytest.approx(1, abs=1e-6), name
        oval = (sitting.face.oval - sitting.face.nose) * 0.6 + sitting.face.nose  # no background in it
        (left, top), (right, bottom) = oval.min(0).astype(int), oval.max(0).astype(int)
        photo, face = (
            _detail(picture, 0.02 * sitting.head.height)[top:bottom, left:right]
            for picture in (framing.level(sitting.subject.picture, to), sitting.portrait)
        )
        as_it_is, mirrored = (np.corrcoef(photo.ravel(), f.ravel())[0, 1] for f in (face, face[:, ::-1]))
        assert as_it_is > max(0.9, mirrored + 0.2), name


def test_a_mark_stays_on_its_side(gallery: Gallery) -> None:
    """A red mark beside the right eye in the photo is beside the right eye on the portrait."""
    photo = gallery.open(REFERENCE).picture.copy()
    face = look(as_photo(photo), gallery.studio).face
    cheek = face.right_eye + 0.35 * (face.chin - face.eyes)
    cv2.circle(photo, [int(x) for x in cheek], int(0.05 * face.eye_to_chin), (255, 0, 0), -1)
    made = gallery.sit(photo)
    red = (made.portrait[..., 0] > 150) & (made.portrait[..., 1:].max(-1) < 90)
    rows, columns = np.nonzero(red[: int(made.face.chin[1])])
    assert columns.size > 20
    assert columns.mean() < made.face.nose[0]
    assert abs(columns.mean() - made.face.right_eye[0]) < 0.15 * made.head.height
    assert made.face.eyes[1] < rows.mean() < made.face.mouth_right[1]

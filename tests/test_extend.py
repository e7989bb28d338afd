"""Where a photo ends before the frame: clothes run on, faces never do, and it is told."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import extend
from catchlight.anatomy import Picture
from catchlight.subject import look
from tests.studio import REFERENCE, Gallery, measure

pytest_plugins = ["tests.studio_fixtures"]

HEIGHT, WIDTH, CHIN = 240, 200, 110
MAGENTA, CLOTH, WALL = (255, 0, 255), (20, 40, 90), (200, 205, 210)


def _person() -> tuple[Picture, np.ndarray]:
    """Return a magenta head on checked cloth before a wall, and where the cloth is."""
    picture = np.full((HEIGHT, WIDTH, 3), WALL, np.uint8)
    cv2.ellipse(picture, (100, 70), (35, 45), 0, 0, 360, MAGENTA, -1)
    cloth = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(cloth, (100, 240), (90, 118), 0, 0, 360, (1,), -1)
    picture[cloth > 0] = CLOTH
    picture[(cloth > 0) & (np.indices(cloth.shape).sum(0) % 6 < 3)] = (60, 80, 130)
    return picture, (cloth > 0) & (np.arange(HEIGHT)[:, None] > CHIN + 15)


def _is_magenta(picture: Picture) -> np.ndarray:
    red, green, blue = (picture[..., i].astype(int) for i in range(3))
    return (red - green > 40) & (blue - green > 60)


@settings(max_examples=40)
@given(st.integers(CHIN + 20, HEIGHT - 4), st.integers(0, 60), st.integers(0, 60))
def test_a_face_is_never_continued(bottom: int, left: int, right: int) -> None:
    """However little of the body the photo shows, what is filled in below the chin has nothing of the face."""
    picture, cloth = _person()
    seen = np.zeros((HEIGHT, WIDTH), bool)
    seen[:bottom, left : WIDTH - right] = True
    filled = extend.fill(picture * seen[..., None], seen, cloth & seen)
    assert not (_is_magenta(filled) & ~seen)[CHIN + 10 :].any()
    assert np.array_equal(filled[seen], picture[seen])


def test_cloth_keeps_its_pattern_across_the_edge() -> None:
    """Just past the edge the cloth goes on as its mirror image; far from it no mirror image can be read."""
    picture, cloth = _person()
    seen = np.arange(HEIGHT)[:, None] < np.full(WIDTH, 190)
    filled = extend.fill(picture * seen[..., None], seen, cloth & seen)
    near, mirror = filled[191:194, 60:140].astype(int), picture[187:184:-1, 60:140].astype(int)
    assert np.abs(near - mirror).mean() < 12
    assert filled[192, 60:140, 2].std() > 2 * filled[235, 60:140, 2].std()


def test_a_photo_that_fills_the_frame_is_not_touched() -> None:
    """Nothing is filled in where nothing is missing; nothing breaks where all is."""
    picture, cloth = _person()
    everything, nothing = np.ones((HEIGHT, WIDTH), bool), np.zeros((HEIGHT, WIDTH), bool)
    alpha = np.random.default_rng(1).random((HEIGHT, WIDTH)).astype(np.float32)
    for seen in (everything, nothing):
        assert np.array_equal(extend.fill(picture, seen, cloth), picture)
        assert np.array_equal(extend.surround(picture, seen), picture)
        assert np.array_equal(extend.run_on(alpha, seen, 100), alpha)


@settings(max_examples=30)
@given(st.integers(30, 100), st.integers(130, 230))
def test_shoulders_run_on_and_hair_ends_at_the_edge(left: int, bottom: int) -> None:
    """Beyond the edge, alpha goes on below the chin; above it nothing of a person is made up."""
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    alpha[:, 20:180] = 1
    seen = np.zeros((HEIGHT, WIDTH), bool)
    seen[:bottom, left:] = True
    on = extend.run_on(alpha, seen, CHIN)
    assert on[:CHIN][~seen[:CHIN]].max() == 0
    assert on[bottom:, 110:150].min() > 0.99
    assert on[bottom:, 195:].max() < 0.01
    inner = cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.array_equal(on[inner], alpha[inner])


def test_the_segmenter_sees_no_second_body_beside_the_photo() -> None:
    """What surrounds the photo on the sheet is smooth, and the photo itself stays as it is."""
    picture, _ = _person()
    seen = np.zeros((HEIGHT, WIDTH), bool)
    seen[30:200, 40:160] = True
    around = extend.surround(picture, seen)
    assert np.array_equal(around[seen], picture[seen])
    steps = np.abs(np.diff(around.astype(int), axis=1)).max(-1)
    assert steps[~(seen[:, 1:] | seen[:, :-1])].max() < 20


@pytest.mark.parametrize("show", [0.05, 0.4])
def test_a_photo_cut_below_the_chin_shows_one_face_and_says_so(gallery: Gallery, show: float) -> None:
    """The portrait has one face, not one mirrored in its clothes, and the filled-in share is told."""
    photo = gallery.open(REFERENCE)
    face = look(photo, gallery.studio).face
    sitting = gallery.sit(photo.picture[: int(face.chin[1] + show * face.eye_to_chin)])
    assert len(gallery.studio.finder.find(sitting.portrait)) == 1
    assert measure("extended", sitting) > 3
    assert measure("likeness", sitting) < 65
    chin = int(sitting.head.chin)
    assert sitting.alpha[chin:][~sitting.seen[chin:]].max() > 0.9


def test_a_shoulder_that_goes_on_has_no_steps() -> None:
    """Beyond a crooked edge of the photo the shoulder falls in one line, and its edge is no wider than it was."""
    height, width = 320, 320
    rows, columns = np.indices((height, width))
    alpha = np.clip(0.5 + rows - (200 + 0.3 * np.abs(columns - 160)), 0, 1).astype(np.float32)
    seen = columns < 230 - rows // 17  # the photo was levelled: its edge leans
    line = extend.run_on(alpha, seen, 100).sum(0)[240:312]
    assert np.abs(np.diff(line, 2)).max() < 0.5
    assert ((extend.run_on(alpha, seen, 100)[:, 250:300] % 1) > 0.02).sum(0).max() <= 8


@pytest.mark.parametrize("steep", [0.3, 0.8, 1.5, 3.0])
def test_a_shoulder_goes_on_as_steeply_as_it_fell(steep: float) -> None:
    """Where a round shoulder leaves the photo its line never rises again: there is no notch at the edge."""
    rows, columns = np.indices((400, 400))
    away = np.abs(columns - 200)
    alpha = np.clip(0.5 + rows - (150 + 0.2 * away + steep * np.maximum(away - 80, 0)), 0, 1)
    seen = away < 100
    line = extend.run_on(alpha.astype(np.float32), seen, 120).sum(0)
    for outward in (line[200:320], line[200:80:-1]):
        assert np.diff(outward).max() <= 0.01
        assert outward[100] - outward[115] == pytest.approx(15 * max(steep, extend.SLOPE), abs=4)


def test_a_portrait_has_no_notch_where_its_photo_ends(gallery: Gallery) -> None:
    """Printed as well: beside the photo's edge the outline follows no edges of what was filled in."""
    photo = gallery.open(REFERENCE)
    face = look(photo, gallery.studio).face
    middle, half = int(face.eyes[0]), round(1.25 * face.eye_to_chin)
    sitting = gallery.sit(photo.picture[:, middle - half : middle + half])
    solid = sitting.alpha > 0.5
    assert not sitting.seen.all()
    at, tall = int(sitting.head.middle), sitting.head.chin - sitting.head.crown
    for side, seen in ((solid[:, at:], sitting.seen[:, at:]), (solid[:, at::-1], sitting.seen[:, at::-1])):
        seam = int(seen[-len(seen) // 4].argmin())
        line = side[:, : seam + round(0.1 * tall)].argmax(0)[seam - round(0.1 * tall) :]
        assert (np.maximum.accumulate(line) - line).max() < 0.004 * tall


def test_a_body_that_only_the_lower_edge_cuts_goes_on_below_it() -> None:
    """In a photo that was levelled the lower edge leans; it is not taken for a side that the body left."""
    rows, columns = np.indices((400, 400))
    alpha = (np.abs(columns - 200) < 90).astype(np.float32) * (rows > 140)
    seen = (np.abs(columns - 200) < 100) & (rows + columns // 60 < 260)
    on = extend.run_on(alpha, seen, 120)
    assert on[150:, 120:280].min() > 0.99

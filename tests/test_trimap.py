"""The trimap: what is drawn around a coarse guess, and what colours tell."""

import cv2
import numpy as np
import pytest
from jaxtyping import Bool, Float32

from catchlight import trimap
from catchlight.anatomy import Picture
from catchlight.trimap import Trimap

SIZE = 320
UNIT, CHIN = 100.0, 200.0
HAIR, BRICK, MORTAR = (40, 30, 25), (150, 75, 60), (190, 185, 180)
SEEN = np.ones((SIZE, SIZE), bool)


def _head() -> Bool[np.ndarray, "h w"]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(mask, (160, 150), (70, 90), 0, 0, 360, (1,), -1)
    cv2.ellipse(mask, (160, 340), (140, 110), 0, 0, 360, (1,), -1)
    return mask > 0


def _coarse() -> Float32[np.ndarray, "h w"]:
    return np.asarray(cv2.GaussianBlur(_head().astype(np.float32), (0, 0), 2))


def _face() -> Bool[np.ndarray, "h w"]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(mask, (160, 160), (40, 50), 0, 0, 360, (1,), -1)
    return mask > 0


def _bricks() -> Picture:
    wall = np.empty((SIZE, SIZE, 3), np.uint8)
    wall[:] = BRICK
    wall[::20] = wall[1::20] = MORTAR
    wall[:, ::40] = wall[:, 1::40] = MORTAR
    return cv2.add(wall, np.random.default_rng(2).integers(0, 6, wall.shape, dtype=np.uint8))


def _photo(wall: Picture, person: tuple[int, int, int] = HAIR) -> Picture:
    photo = wall.copy()
    photo[_head()] = person
    return photo


def _told(photo: Picture) -> tuple[Trimap, Trimap]:
    drawn = trimap.draw(_coarse(), _face(), UNIT, CHIN)
    return drawn, trimap.tell_by_colour(drawn, photo, _coarse(), SEEN, UNIT)


def _beyond(reach: float = 0.06) -> Bool[np.ndarray, "h w"]:
    """Return what lies further than a little outside of the head's outline, above the shoulders."""
    away = cv2.distanceTransform((~_head()).astype(np.uint8), cv2.DIST_L2, 5) > reach * UNIT
    return away & (np.arange(SIZE)[:, None] < CHIN)


def test_joints_and_bricks_are_told_to_be_the_wall() -> None:
    """A patterned wall in the band where hair might be is background before anything is solved."""
    drawn, told = _told(_photo(_bricks()))
    band = drawn.unknown & _beyond()
    assert band.sum() > 2000
    assert told.behind[band].mean() > 0.9
    assert not told.person[~_head()].any()


def test_hairs_before_a_wall_stay_open() -> None:
    """What is unlike the wall is left to the matte, however far it stands out."""
    photo, hairs = _photo(_bricks()), np.zeros((SIZE, SIZE), np.uint8)
    for x in range(110, 215, 15):
        cv2.line(hairs, (x, 75), (x - 8, 50), (1,), 3)
    photo[hairs > 0] = HAIR
    drawn, told = _told(photo)
    asked = (hairs > 0) & drawn.unknown & _beyond(0.03)
    assert asked.sum() > 100
    assert told.behind[asked].mean() < 0.05


def test_dark_hair_before_a_dark_wall_ends_at_the_outline() -> None:
    """Where both are alike the coarse outline decides on both sides of it."""
    wall = np.empty((SIZE, SIZE, 3), np.uint8)
    wall[:] = HAIR
    drawn, told = _told(_photo(wall))
    inside = cv2.distanceTransform(_head().astype(np.uint8), cv2.DIST_L2, 5) > 0.06 * UNIT
    assert told.behind[drawn.unknown & _beyond()].mean() > 0.95
    assert told.person[drawn.unknown & inside].mean() > 0.95


def test_what_the_photo_does_not_show_is_not_told() -> None:
    """The continued margins around a photo teach nothing, and stay as they were drawn."""
    drawn, seen = trimap.draw(_coarse(), _face(), UNIT, CHIN), SEEN.copy()
    seen[:, :80] = False
    told = trimap.tell_by_colour(drawn, _photo(_bricks()), _coarse(), seen, UNIT)
    assert (told.person[~seen] == drawn.person[~seen]).all()
    assert (told.behind[~seen] == drawn.behind[~seen]).all()


def test_a_photo_full_of_the_person_is_left_as_drawn() -> None:
    """With no background to learn from nothing is told."""
    full = np.ones((SIZE, SIZE), np.float32)
    drawn = Trimap(_head(), np.zeros((SIZE, SIZE), bool))
    assert trimap.tell_by_colour(drawn, _photo(_bricks()), full, SEEN, UNIT) is drawn


@pytest.mark.parametrize("told", [False, True])
def test_the_trimap_never_contradicts_itself(told: bool) -> None:
    """Person and background never overlap, the face is the person's, hair has the wider unknown band."""
    drawn, by_colour = _told(_photo(_bricks()))
    unknown = by_colour if told else drawn
    assert not (unknown.person & unknown.behind).any()
    assert unknown.person[_face()].mean() > 0.9
    if not told:
        above, beside = unknown.unknown[: int(CHIN), 160].sum(), unknown.unknown[290, :160].sum()
        assert above > 1.3 * beside > 0


def test_a_shoulder_beside_the_chin_has_a_narrow_band() -> None:
    """Cloth has no hairs, even where it rises as high as the chin."""
    drawn = trimap.draw(_coarse(), _face(), UNIT, CHIN + 60)
    column = drawn.unknown[:, 60]  # a shoulder
    above = drawn.unknown[:120, 160]  # the crown
    assert 0 < column.sum() < 0.6 * above.sum()

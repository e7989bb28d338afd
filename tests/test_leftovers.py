"""What a first cut-out kept of the background is told by its colour and taken out, and nothing of the person is."""

import cv2
import numpy as np
import pytest

from catchlight import cutout, matte
from catchlight.anatomy import Picture
from catchlight.checks import scraps
from catchlight.leftovers import leftovers
from catchlight.trimap import Trimap
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

SIDE, UNIT = 480, 120
HAIR, SKIN, JACKET, RED, WALL = (60, 45, 35), (200, 150, 125), (40, 45, 60), (190, 30, 45), (95, 120, 165)
STRIP, VEIL = (slice(200, 300), slice(352, 362)), (slice(60, 110), slice(112, 150))
FACE = cv2.ellipse(np.zeros((SIDE, SIDE), np.uint8), (240, 230), (70, 95), 0, 0, 360, (1,), -1) > 0
SEEN = np.ones((SIDE, SIDE), bool)


class Blind:
    """A segmenter to whose second look everything is a person."""

    @staticmethod
    def segment(picture: Picture) -> np.ndarray:
        """Return ones."""
        return np.ones(picture.shape[:2], np.float32)


def drawn(hair: tuple[int, int, int] = HAIR) -> tuple[Picture, np.ndarray]:
    """Return a person before a blue wall with a red board beside them, and their true alpha."""
    picture = np.full((SIDE, SIDE, 3), WALL, np.uint8)
    picture[:, 345:400] = RED
    body = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(picture, (240, 470), (180, 130), 0, 0, 360, JACKET, -1)
    cv2.ellipse(picture, (240, 220), (110, 140), 0, 0, 360, hair, -1)
    picture[FACE] = SKIN
    cv2.ellipse(body, (240, 470), (180, 130), 0, 0, 360, (1,), -1)
    cv2.ellipse(body, (240, 220), (110, 140), 0, 0, 360, (1,), -1)
    noise = np.random.default_rng(4).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), body.astype(np.float32)


PHOTO, TRUE = drawn()


def found(alpha: np.ndarray, photo: Picture = PHOTO) -> np.ndarray:
    """Return what is told of an alpha."""
    return leftovers(photo, alpha, SEEN, FACE, UNIT, Blind())


def test_a_strip_of_what_is_behind_is_told() -> None:
    """Most of the strip, and hardly anything of the person."""
    kept = TRUE.copy()
    kept[STRIP] = 1
    told = found(kept)
    assert told[STRIP].mean() > 0.7
    assert told[(TRUE > 0)].mean() < 0.002


@pytest.mark.parametrize("hair", [HAIR, (78, 98, 135)])
def test_a_veil_of_wall_is_told(hair: tuple[int, int, int]) -> None:
    """A patch that is half there, also beside hair that is hardly darker than the wall."""
    photo, true = drawn(hair)
    kept = true.copy()
    kept[VEIL] = np.maximum(kept[VEIL], 0.3)
    told = found(kept, photo)
    assert told[VEIL][true[VEIL] == 0].mean() > 0.6
    assert told[true > 0].mean() < 0.002


def test_a_clean_cut_out_stays_as_it_is() -> None:
    """Not one pixel of it is doubted."""
    assert not found(TRUE).any()


def test_whose_clothes_have_the_walls_colour_keeps_them() -> None:
    """A jacket that is as blue as the wall is the person's, since there is more of it further inside."""
    photo = np.where((TRUE > 0)[..., None] & (np.arange(SIDE) > 345)[:, None, None], np.uint8(WALL), PHOTO)
    told = leftovers(photo, TRUE, SEEN, FACE, UNIT, Blind())
    assert told[TRUE > 0].mean() < 0.002


def test_where_nothing_is_known_of_the_background_nothing_is_told() -> None:
    """The person fills the picture."""
    assert not found(np.ones_like(TRUE)).any()


def test_mending_leaves_the_rest_alone() -> None:
    """Outside of what is taken out and what lies beside it, alpha stays to the last bit."""
    kept = TRUE.copy()
    kept[STRIP] = 1
    told = found(kept)
    band = cv2.dilate((TRUE > 0).astype(np.uint8), np.ones((25, 25))) > 0
    unknown = Trimap(cv2.erode(TRUE, np.ones((25, 25))) > 0, ~band & ~told)
    mended = matte.mend(PHOTO, kept, told, unknown, UNIT, device="cpu")
    far = cv2.dilate(told.astype(np.uint8), np.ones((41, 41))) == 0
    assert not mended[told].any()
    assert np.array_equal(mended[far], kept[far])
    assert np.abs(mended - TRUE).sum() < 0.5 * np.abs(kept - TRUE).sum()


@pytest.mark.parametrize("id_", ["icpsr021512", "G000583"])
def test_a_flag_goes_and_the_person_stays(id_: str, seated: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red stripes at a shoulder and beside an ear: without the second step they stay."""
    after = seated(id_).sheet
    monkeypatch.setattr(cutout, "leftovers", lambda _photo, _alpha, seen, *_: np.zeros_like(seen))
    before = seated(id_).sheet
    lost = before.alpha - after.alpha
    red = after.picture.astype(int)
    flag = (lost > 0.5) & (red[..., 0] > red[..., 1:].max(-1) + 40)
    assert flag.sum() > 30
    assert np.abs(lost)[after.alpha > 0.99].max() < 0.3


def test_a_veils_edge_goes_with_it(seated: Seated) -> None:
    """White and red of a flag beside a jaw: taken out in the middle only, a frame of it stayed."""
    assert scraps.measure(seated("icpsr029525")) < 0.8 * (scraps.Settings().high or 0)

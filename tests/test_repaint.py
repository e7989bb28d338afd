"""What a painter may touch: never face, skin, hair, glasses or what covers the head."""

import cv2
import numpy as np
import pytest

from catchlight import repaint
from catchlight.repaint import Wanted, region
from tests.studio import TEN, Gallery, drawn_face

pytest_plugins = ["tests.studio_fixtures"]

EVERYTHING = Wanted(setting=True, shoulders=True, crown=True, edge=True, clothes=True)
SKIN, HAIR, SHIRT, WALL = (224, 172, 140), (40, 30, 26), (60, 90, 170), (230, 230, 232)
FACE = drawn_face()


def _drawn(
    scarf: tuple[int, int, int] | None = None, shirt: tuple[int, int, int] = SHIRT
) -> tuple[np.ndarray, np.ndarray]:
    """Return a drawn person with bare neck, hair or a head covering, and shirt; and alpha."""
    picture, person = np.full((800, 800, 3), WALL, np.uint8), np.zeros((800, 800), np.uint8)

    def blob(colour: tuple[int, int, int], *ellipses: tuple[tuple[int, int], tuple[int, int]]) -> None:
        for centre, axes in ellipses:
            for canvas, ink in ((picture, colour), (person, (1,))):
                cv2.ellipse(canvas, centre, axes, 0, 0, 360, ink, -1)

    blob(shirt, ((400, 760), (300, 300)))
    blob(scarf or HAIR, ((400, 300), (105, 150)))
    if scarf:
        blob(scarf, ((400, 460), (130, 110)))
    else:
        blob(SKIN, ((400, 430), (48, 70)))
    blob(SKIN, ((400, 320), (66, 80)))
    return picture, person.astype(np.float32)


def _at(mask: np.ndarray, x: int, y: int) -> bool:
    return bool(mask[y, x])


def test_of_a_person_only_clothes_may_be_painted() -> None:
    """Face, neck and hair are kept; shirt and wall are not."""
    picture, alpha = _drawn()
    of = region(picture, alpha, np.ones((800, 800), bool), FACE, EVERYTHING)
    for name, x, y in (("face", 400, 320), ("forehead", 400, 245), ("hair", 400, 170), ("neck", 400, 440)):
        assert not _at(of.mask, x, y), name
        assert _at(of.kept, x, y), name
    assert _at(of.mask, 400, 700)
    assert of.body[700, 400] == 1
    assert _at(of.mask, 30, 30)
    assert not (of.mask & of.kept).any()


def test_a_head_covering_is_kept_down_to_the_chest() -> None:
    """What hangs from the head in its colours belongs to it, whatever it is."""
    picture, alpha = _drawn(scarf=(120, 40, 90))
    of = region(picture, alpha, np.ones((800, 800), bool), FACE, EVERYTHING)
    for name, x, y in (
        ("above the brow", 400, 180),
        ("beside the cheek", 310, 330),
        ("below the chin", 400, 540),
    ):
        assert not _at(of.mask, x, y), name
    assert _at(of.mask, 400, 750)


def test_clothes_of_the_coverings_colour_are_left_alone() -> None:
    """Where they cannot be told apart nothing is guessed."""
    picture, alpha = _drawn(scarf=(120, 40, 90), shirt=(120, 40, 90))
    with pytest.raises(LookupError, match="cannot be told"):
        region(picture, alpha, np.ones((800, 800), bool), FACE, EVERYTHING)


def test_only_what_is_wanted_is_painted() -> None:
    """Shoulders alone: what the camera saw is not touched at all, and painted begins softly at its edge."""
    picture, alpha = _drawn()
    seen = np.ones((800, 800), bool)
    seen[600:] = False
    of = region(picture, alpha, seen, FACE, Wanted(shoulders=True))
    assert not of.mask[:600].any()
    assert of.mask[604:].all()
    assert 0 == of.beyond[601, 400] < of.beyond[605, 400] < of.beyond[650, 400] == 1
    assert not of.behind
    above = ~seen[::-1]
    assert not region(picture, alpha, ~above, FACE, Wanted(shoulders=True)).mask[:100].any()


@pytest.mark.parametrize("name", TEN)
def test_nobodys_face_is_in_the_mask(gallery: Gallery, name: str) -> None:
    """Ten official portraits: no pixel inside the face's outline, and nothing solid above the collar."""
    made = gallery.sit(gallery.open(name).picture)
    alpha, seen, face = made.alpha, made.seen, made.face
    wanted = Wanted(setting=True, shoulders=True, crown=True, edge=True)
    of = region(made.portrait, alpha, seen, face, wanted)
    inside = np.zeros(of.mask.shape, np.uint8)
    middle = face.oval.mean(0)
    cv2.fillPoly(inside, [np.round(middle + (face.oval - middle) * 0.9).astype(np.int32)], (1,))
    assert not (of.mask & (inside > 0)).any()
    solid = (alpha > repaint._SURE) & seen
    solid[int(face.chin[1]) :] = False
    assert not (of.mask & solid).any()

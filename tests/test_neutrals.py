"""Colour is matched on what should be white, never on skin: casts of screens and sunsets go, people stay."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from catchlight import grade
from catchlight.anatomy import Picture
from catchlight.config import Light
from catchlight.correction import white_of
from catchlight.neutrals import Neutrals, find
from catchlight.pixels import to_linear, to_srgb
from catchlight.sitting import Sitting
from tests.studio import Gallery, measure

pytest_plugins = ["tests.studio_fixtures"]

IN_WHITE = "T000460"  # a white shirt, nearly neutral light
CASTS = {"sunset": (1.12, 1.0, 0.82), "screen": (0.94, 1.0, 1.08), "neon": (0.95, 1.06, 0.93)}


def _tinted(photo: Picture, gains: tuple[float, float, float]) -> Picture:
    """Return a photo under another light, of the same luminance for grey."""
    share = np.array(gains) / (np.array(gains) @ (0.2126, 0.7152, 0.0722))
    return to_srgb((to_linear(photo) * share).astype(np.float32))


def _photographed(sitting: Sitting, sheet: Picture) -> Neutrals:
    """Return what is neutral in another picture of the sitting's pose."""
    return white_of(replace(sitting.negative, sheet=sheet))


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.hypot(*(one - other)))


@pytest.mark.parametrize("cast", CASTS)
def test_a_cast_is_seen_and_at_least_halved(gallery: Gallery, company: dict[str, Sitting], cast: str) -> None:
    """The same person under coloured light: the photo reads the cast, the portrait less than half of it."""
    plain = company[IN_WHITE]
    done = gallery.sit(_tinted(plain.subject.picture, CASTS[cast]))
    assert measure("source_cast", done) > measure("source_cast", plain) + 3
    assert measure("cast", done) < measure("source_cast", done) / 2


@pytest.mark.parametrize("name", [IN_WHITE])
def test_blue_light_is_never_made_bluer(gallery: Gallery, company: dict[str, Sitting], name: str) -> None:
    """Before a bright screen a white shirt is blue, and a pale yellow tie is white: it is not taken for cloth."""
    photo = to_srgb(to_linear(company[name].subject.picture) * np.float32(0.92))
    done = gallery.sit(_tinted(photo, (0.9, 1.0, 1.14)))
    assert done.grade.gains[2] < 1.02


@pytest.mark.parametrize("cast", CASTS)
def test_whatever_the_cast_skin_moves_little(
    gallery: Gallery, company: dict[str, Sitting], cast: str
) -> None:
    """The correction leaves the luminance of skin, and moves its hue by no more than 8 CIELAB units."""
    done = gallery.sit(_tinted(company[IN_WHITE].subject.picture, CASTS[cast]))
    skin = np.array([0.42, 0.24, 0.16])
    moved = grade.cast_of(skin * done.grade.gains) - grade.cast_of(skin)
    assert np.hypot(*moved[1:]) < 9
    assert measure("skin_ev", done) == pytest.approx(0, abs=0.1)


def test_photos_in_good_light_hardly_move(company: dict[str, Sitting]) -> None:
    """Ten official portraits: skin by less than 6 CIELAB units, and by less than 3 in most."""
    skin = np.array([0.42, 0.24, 0.16])
    moves = [
        _distance(grade.cast_of(skin * s.grade.gains)[1:], grade.cast_of(skin)[1:]) for s in company.values()
    ]
    assert max(moves) < 6
    assert np.median(moves) < 3


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.02, 1.0, 0.97)])
def test_black_and_white_is_never_coloured(
    gallery: Gallery, company: dict[str, Sitting], tint: tuple[float, float, float]
) -> None:
    """Nothing in it says what its colours were: grey, or the warm grey of old paper, stays as it is."""
    grey = cv2.cvtColor(
        cv2.cvtColor(company[IN_WHITE].subject.picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB
    )
    done = gallery.sit(_tinted(grey, tint))
    assert white_of(done.negative) == Neutrals(None, None)
    assert done.grade.gains == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("albedo", [(1.0, 1.0, 1.0), (0.4, 0.33, 0.28), (0.15, 0.11, 0.09), (1.1, 1.2, 1.3)])
def test_nobodys_skin_is_a_target(company: dict[str, Sitting], albedo: tuple[float, float, float]) -> None:
    """The same photo with another skin reads the same cast where white cloth is there."""
    sitting = company[IN_WHITE]
    to, sheet = sitting.negative.sheet_map, sitting.negative.sheet
    outline = np.round(to.points(sitting.subject.face.oval)).astype(np.int32)
    face = cv2.fillPoly(np.zeros(sheet.shape[:2], np.uint8), [outline], (1,))[..., None] > 0
    other = to_srgb(np.where(face, to_linear(sheet) * np.array(albedo, np.float32), to_linear(sheet)))
    before, after = _photographed(sitting, sheet), _photographed(sitting, other)
    assert before.cloth is not None
    assert np.array_equal(before.cast, after.cast)


def test_the_same_cast_gives_the_same_gains_on_any_skin() -> None:
    """Up to the luminance that is kept for each, gains depend on the cast alone."""
    cast, scene = Neutrals(None, np.array([1.0, 4.0], np.float32)), np.full((40, 40, 3), 0.5, np.float32)
    skin = np.zeros((40, 40), bool)
    skin[10:30, 10:30] = True
    hues = []
    for tone in ((0.42, 0.24, 0.16), (0.2, 0.11, 0.07), (0.06, 0.035, 0.025)):
        face = np.where(skin[..., None], np.array(tone, np.float32), scene)
        red, green, blue = grade.measure(face, skin, Light(), cast).gains
        hues.append((red / green, blue / green))
    assert hues[0] == pytest.approx(hues[1], abs=0.01)
    assert hues[0] == pytest.approx(hues[2], abs=0.01)
    assert hues[0][1] > 1.03


def test_a_coloured_shirt_is_no_cast(company: dict[str, Sitting]) -> None:
    """Clothes in a strong colour tell nothing: then the whites of the eyes do, or nothing does."""
    sitting = company[IN_WHITE]
    sheet = sitting.negative.sheet.copy()
    below = round(float(sitting.negative.sheet_map.points(sitting.subject.face.chin)[1]))
    sheet[below:] = (30, 90, 160)
    assert _photographed(sitting, sheet).cloth is None


def test_where_nothing_is_white_it_is_said(company: dict[str, Sitting]) -> None:
    """No cast is made up: the reading says what it lacks."""
    sitting = company[IN_WHITE]
    face = replace(sitting.subject.face, right_detail=None, left_detail=None)
    seen = find(sitting.subject.picture, face, np.zeros(sitting.subject.picture.shape[:2], bool))
    assert (seen.eyes, seen.cloth) == (None, None)
    with pytest.raises(LookupError, match="nothing neutral"):
        _ = seen.cast

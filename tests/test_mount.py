"""Circles, borders and cut-outs around a photo are found; plain studio backgrounds are none of these."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchlight import mount, pixels
from catchlight.anatomy import Picture
from catchlight.decoding import decode
from tests.studio import REFERENCE, Gallery, measure

pytest_plugins = ["tests.studio_fixtures"]

QUICK = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def _photo(width: int, height: int, seed: int = 1) -> Picture:
    """Return a picture with detail everywhere, as a photo has, in middle tones."""
    grain = np.random.default_rng(seed).integers(60, 200, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    return cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)


def _disc(width: int, height: int, share: float) -> np.ndarray:
    """Return a soft disc (0–1) in the middle, ``share`` of the shorter side wide."""
    large = np.zeros((4 * height, 4 * width), np.float32)
    cv2.circle(large, (2 * width, 2 * height), int(2 * min(width, height) * share), (1.0,), -1)
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)[..., None]


@QUICK
@given(COLOURS, st.integers(240, 900), st.floats(0.8, 1.25), st.floats(0.85, 1.0), st.integers(80, 95))
def test_a_circle_is_found_whatever_its_colour_and_size(
    colour: tuple[int, int, int], width: int, shape: float, share: float, quality: int
) -> None:
    """A round avatar on any plain colour, saved as a JPEG: the circle is found, its colour left out."""
    height = round(width * shape)
    disc = _disc(width, height, share)
    avatar = (_photo(width, height) * disc + np.array(colour) * (1 - disc)).astype(np.uint8)
    found = mount.find(decode(pixels.jpeg(avatar, quality=quality)).picture, None)
    assert found.shape == "circle"
    there = cv2.resize(disc[..., 0], found.uncovered.shape[::-1], interpolation=cv2.INTER_AREA)
    assert (found.uncovered & (there < 0.5)).mean() < 0.003
    assert found.uncovered.mean() > 0.9 * there.mean()


@QUICK
@given(st.integers(120, 900), st.floats(0.85, 1.0))
def test_a_transparent_circle_is_found_by_its_alpha(width: int, share: float) -> None:
    """A PNG avatar is a circle whatever colour hides under its transparency."""
    disc = _disc(width, width, share)
    found = mount.find(_photo(width, width), (disc[..., 0] * 255).astype(np.uint8))
    assert found.shape == "circle"
    assert found.alpha is None


@QUICK
@given(COLOURS, st.integers(3, 60), st.integers(0, 60))
def test_a_border_of_one_colour_is_left_out(colour: tuple[int, int, int], across: int, along: int) -> None:
    """Bars of any colour at the edges are no photo, and the photo between them stays."""
    photo = _photo(400, 300)
    photo[0], photo[:, 0] = (10, 60, 200), (200, 60, 10)  # the photo's own edge is not of one colour
    photo[::2, 0], photo[0, ::2] = 255, 255
    framed = cv2.copyMakeBorder(photo, across, across, along, along, cv2.BORDER_CONSTANT, value=colour)
    found = mount.find(framed, None)
    assert found.shape == "border"
    inside = np.zeros(framed.shape[:2], bool)
    inside[across : across + 300, along : along + 400] = True
    assert not (found.uncovered & ~inside).any()
    assert found.uncovered.sum() > 0.9 * inside.sum()


def test_a_person_cut_out_keeps_the_own_matte() -> None:
    """A PNG with transparency that is no circle is taken as what its maker meant: a cut-out person."""
    alpha = np.zeros((500, 400), np.uint8)
    cv2.ellipse(alpha, (200, 180), (80, 110), 0, 0, 360, (255,), -1)
    alpha[300:, 60:340] = 255
    found = mount.find(_photo(400, 500), alpha)
    assert found.shape == "cut-out"
    assert found.alpha is not None
    assert np.array_equal(found.alpha > 0.5, alpha > 127)
    assert found.uncovered.all()


def test_an_opaque_png_has_no_mount() -> None:
    """Alpha that hides nothing changes nothing."""
    assert mount.find(_photo(300, 300), np.full((300, 300), 255, np.uint8)).shape == "none"


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (120, 130, 140)])
def test_a_picture_of_one_colour_is_no_mount(colour: tuple[int, int, int]) -> None:
    """An empty picture does not break the search."""
    found = mount.find(np.full((200, 300, 3), colour, np.uint8), None)
    assert found.shape == "none"
    assert found.uncovered.all()


def test_no_official_portrait_is_taken_for_an_avatar(gallery: Gallery) -> None:
    """Not one of 220 studio portraits, many before plain paper, is called a circle or a cut-out."""
    photos = sorted(gallery.photos.glob("*.jpg"))
    assert len(photos) == 220
    shapes = [mount.find(decode(photo.read_bytes()).picture, None).shape for photo in photos]
    assert not {"circle", "cut-out"} & set(shapes)
    assert shapes.count("border") <= 2


@pytest.mark.parametrize(
    "photo", ["hat_cap_round_frame.png", "crop_forehead_cut.png", "alpha_circle_cutout.png"]
)
def test_round_avatars_of_real_people_are_found(shared: Path, photo: str) -> None:
    """Circles on teal and on transparency, as a website's avatars are."""
    decoded = decode((shared / "hard" / photo).read_bytes())
    assert mount.find(decoded.picture, decoded.alpha).shape == "circle"


def test_nothing_of_a_mount_reaches_the_portrait(gallery: Gallery) -> None:
    """A portrait made from an avatar on magenta has no magenta in it."""
    photo = gallery.open(REFERENCE).picture[60:540]
    disc = _disc(480, 480, 0.99)
    avatar = (photo * disc + np.array([255, 0, 255]) * (1 - disc)).round().astype(np.uint8)
    sitting = gallery.sit(avatar)
    assert sitting.subject.mount.shape == "circle"
    r, g, b = (sitting.portrait[..., i].astype(int) for i in range(3))
    assert not ((r - g > 70) & (b - g > 70)).any()
    assert 60 <= measure("head", sitting) <= 70

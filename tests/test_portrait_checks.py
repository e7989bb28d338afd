"""Checks of the portrait: changed in one respect, a sitting reads differently in that respect."""

from dataclasses import replace

import numpy as np
import pytest

from catchlight.config import Background
from catchlight.framing import Head
from catchlight.grade import Grade
from catchlight.sitting import Sitting
from tests.studio import REFERENCE, measure

pytest_plugins = ["tests.studio_fixtures"]


@pytest.fixture(scope="module")
def good(company: dict[str, Sitting]) -> Sitting:
    """Return the portrait of a good photo."""
    return company[REFERENCE]


def _printed(sitting: Sitting, background: str, face: int) -> Sitting:
    """Return the sitting with a plain backdrop and a plain grey face on its portrait."""
    portrait = np.full_like(sitting.portrait, [int(background[i : i + 2], 16) for i in (1, 3, 5)])
    portrait[sitting.alpha > 0.5] = face
    return replace(sitting, portrait=portrait)


def test_where_the_head_is_is_read_in_percent_of_the_frame(good: Sitting) -> None:
    """Head height, eye line and centre by plain arithmetic; down and right are positive."""
    size = good.portrait.shape[0]
    moved = replace(good, head=Head(0.1 * size, 0.45 * size, 0.75 * size, 0.52 * size, cut=False))
    assert measure("head", moved) == pytest.approx(65)
    assert measure("eye_line", moved) == pytest.approx(100 * (0.45 - good.preset.crop.eye_line))
    assert measure("centre", moved) == pytest.approx(100 * (0.52 - good.preset.crop.centre))


def test_angles_are_the_portraits_own(good: Sitting) -> None:
    """Yaw, pitch and roll in degrees, as the landmarks have them."""
    turned = replace(good, face=replace(good.face, yaw=12.0, pitch=-7.0, roll=1.5))
    assert [measure(check, turned) for check in ("yaw", "pitch", "roll")] == [12.0, -7.0, 1.5]


def test_background_difference_is_that_of_the_colours(good: Sitting) -> None:
    """The backdrop as ordered reads 0; a grey that the eye just tells apart about 1; another colour far more."""
    plain = good.preset.model_copy(update={"background": Background(colour="#808080")})
    readings = [measure("background_colour", replace(_printed(good, code, 90), preset=plain))
                for code in ("#808080", "#7d7d7d", "#4080c0")]  # fmt: skip
    assert readings[0] == 0
    assert 0.7 < readings[1] < 1.6
    assert readings[2] > 20


def test_contrast_is_between_face_and_background(good: Sitting) -> None:
    """Equal is 0 %, a face of a quarter of the background's light is 75 %, and the other way round too."""
    assert measure("background_contrast", _printed(good, "#646464", 100)) == pytest.approx(0, abs=0.1)
    assert measure("background_contrast", _printed(good, "#ffffff", 137)) == pytest.approx(75, abs=0.5)
    assert measure("background_contrast", _printed(good, "#898989", 255)) == pytest.approx(75, abs=0.5)


@pytest.mark.parametrize(("code", "lightness"), [("#ffffff", 100), ("#000000", 0), ("#777777", 50.03)])
def test_lightness_is_that_of_cielab(good: Sitting, code: str, lightness: float) -> None:
    """White is 100, black 0, the grey of 119 is 50."""
    assert measure("background", _printed(good, code, 90)) == pytest.approx(lightness, abs=0.05)


def test_what_is_beside_the_head_counts_hair_does_not(good: Sitting) -> None:
    """A raised hand beside the face is told in percent of the head's square."""
    alpha, head = good.alpha.copy(), good.head
    side = int(0.2 * head.height)
    x, y = int(head.middle + 0.64 * head.height), int(head.eyes)
    alpha[y : y + side, x : x + side] = 1
    hand = measure("beside", replace(good, alpha=alpha)) - measure("beside", good)
    shown = min(side, alpha.shape[1] - x) * side
    assert hand == pytest.approx(100 * shown / head.height**2, rel=0.05)
    assert measure("beside", good) < 1


def test_shoulders_are_the_width_at_the_lower_edge(good: Sitting) -> None:
    """In percent of the head's height; no body at the edge is 0."""
    alpha = good.alpha.copy()
    alpha[-20:] = 0
    assert measure("shoulders", replace(good, alpha=alpha)) == 0
    alpha[-20:, : int(good.head.height)] = 1
    assert measure("shoulders", replace(good, alpha=alpha)) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("share", [0.02, 0.04])
def test_an_unsure_outline_is_as_wide_as_it_is(good: Sitting, share: float) -> None:
    """A straight outline that fades over some width w reads 2/3 of w in percent of eyes to chin."""
    sheet = good.sheet
    width = share * (sheet.head.chin - sheet.head.eyes)
    across = np.arange(sheet.alpha.shape[1]) - sheet.alpha.shape[1] / 2
    alpha = np.broadcast_to(np.clip(across / width + 0.5, 0, 1), sheet.alpha.shape).astype(np.float32)
    fading = replace(good, sheet=replace(sheet, alpha=alpha, seen=np.ones_like(sheet.seen)))
    assert measure("matte", fading) == pytest.approx(100 * share * 2 / 3, rel=0.25)


def test_filled_in_is_the_share_of_the_person_that_the_photo_lacks(good: Sitting) -> None:
    """Half of the person unseen is 50 %; background that was not seen does not count."""
    half = good.seen.copy()
    half[:, : half.shape[1] // 2] = False
    left = float(good.alpha[:, : half.shape[1] // 2].sum() / good.alpha.sum())
    assert measure("extended", replace(good, seen=half)) == pytest.approx(100 * left, abs=0.1)
    assert measure("extended", replace(good, seen=good.alpha > 0)) == 0


def test_a_head_at_the_photos_edge_is_cut(good: Sitting) -> None:
    """A photo that ends at half of the head reads the length of the cut; one that ends at the sleeve does not."""
    x = int(good.head.middle)
    cut, sleeve = good.seen.copy(), good.seen.copy()
    cut[:, x:] = False
    sleeve[int(good.head.chin) + 30 :, -20:] = False
    assert measure("hair_cut", replace(good, seen=cut)) > 50
    assert measure("hair_cut", replace(good, seen=sleeve)) == measure("hair_cut", good) == 0


def test_how_far_the_photo_was_moved_is_told(good: Sitting) -> None:
    """Stops, enlargement and likeness (in percent of the engine's limit) are those of the sitting."""
    other = replace(good, change=replace(good.change, grade=Grade(0.4)), enlarged=2.5, likeness=0.2)
    assert [measure(c, other) for c in ("exposure_moved", "resolution", "likeness")] == [0.4, 2.5, 20]
    with pytest.raises(LookupError, match="switched off"):
        measure("likeness", replace(good, likeness=None))


def test_the_photo_before_is_measured_on_the_photo(good: Sitting) -> None:
    """Eye line and head height of the source are shares of the source's height."""
    face, height = good.subject.face, good.subject.picture.shape[0]
    assert measure("source_eye_line", good) == pytest.approx(100 * face.eyes[1] / height)
    native = good.head.height / good.enlarged
    assert measure("source_head", good) == pytest.approx(100 * native / height, abs=0.7)
    assert 0 <= measure("source_background", good) <= 100

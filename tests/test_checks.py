"""Checks have sensible values for good portraits, and those of the photo measure what their names say."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from catchlight import pixels, plugins
from catchlight.anatomy import Face, Picture
from catchlight.decoding import decode
from catchlight.judge import limits
from catchlight.pixels import to_linear, to_srgb
from catchlight.sitting import Sitting
from tests.studio import REFERENCE, measure

pytest_plugins = ["tests.studio_fixtures"]

CURRENCY = ("photo_age", "likeness_newest")  # they need a date or a second photo: test_currency
WHITE = ("cast", "source_cast")  # they need something white to look at
CHECKS = [name for name in plugins.names("catchlight.checks") if name not in CURRENCY + WHITE]


@pytest.fixture(scope="module")
def good(company: dict[str, Sitting]) -> Sitting:
    """Return the portrait of a good photo."""
    return company[REFERENCE]


def _photographed(sitting: Sitting, picture: Picture) -> Sitting:
    """Return the sitting as if the photo had been another of the same pose."""
    return replace(sitting, subject=replace(sitting.subject, picture=picture))


def _traced(sitting: Sitting, **face: Any) -> Sitting:
    """Return the sitting with other landmarks in the photo."""
    return replace(sitting, subject=replace(sitting.subject, face=replace(sitting.subject.face, **face)))


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_value_for_every_official_portrait(company: dict[str, Sitting], check: str) -> None:
    """Finite, the same each time, and never so far off that a new photo would be asked for."""
    for name, sitting in company.items():
        value, limit = measure(check, sitting), limits(sitting.preset)[check]
        assert np.isfinite(value), name
        assert value == measure(check, sitting), name
        assert limit.far_low is None or value >= limit.far_low, name
        assert limit.far_high is None or value <= limit.far_high, name


def test_most_official_portraits_pass_every_check(company: dict[str, Sitting]) -> None:
    """Limits are no nuisance: three of ten photos, chosen for being different, have nothing to look at."""
    fine = 0
    for sitting in company.values():
        held_to = {
            n: limits(sitting.preset)[n] for n in CHECKS if limits(sitting.preset)[n].outcome != "note"
        }
        values = {name: measure(name, sitting) for name in held_to}
        low = [n for n, v in values.items() if held_to[n].low is not None and v < (held_to[n].low or 0)]
        high = [n for n, v in values.items() if held_to[n].high is not None and v > (held_to[n].high or 0)]
        fine += not low + high
    assert fine >= 3


def test_a_second_person_counts_by_size(good: Sitting) -> None:
    """Alone is 0; somebody half as large is 50, however many are behind."""
    first = good.subject.faces[0]
    x, y = first.box[:2]
    half = Face((x, y, x + np.sqrt(first.area / 2), y + np.sqrt(first.area / 2)), first.points, 0.9)
    tiny = Face((0, 0, 5, 5), first.points, 0.9)
    assert measure("faces", good) == 0
    crowd = replace(good, subject=replace(good.subject, faces=[first, tiny, half, tiny]))
    assert measure("faces", crowd) == pytest.approx(50)
    limit = limits(good.preset)["faces"]
    assert (limit.high or 0) < 50 < (limit.far_high or 0) < 85  # somebody behind; a photo of two


def test_one_closed_eye_is_enough(good: Sitting) -> None:
    """The smaller lid distance counts, in percent of the eye-to-chin length."""
    t = good.subject.face.eye_to_chin
    limit = limits(good.preset)["eyes_open"].low or 0
    assert measure("eyes_open", _traced(good, right_lids=0.08 * t, left_lids=0.01 * t)) == pytest.approx(1)
    assert measure("eyes_open", _traced(good, right_lids=0.08 * t, left_lids=0.07 * t)) == pytest.approx(7)
    assert 1 < limit < measure("eyes_open", good)


def test_an_open_mouth_is_told_a_smile_is_not(good: Sitting) -> None:
    """In percent of the eye-to-chin length."""
    t = good.subject.face.eye_to_chin
    limit = limits(good.preset)["mouth_open"].high or 0
    assert measure("mouth_open", _traced(good, inner_lips=0.3 * t)) == pytest.approx(30)
    assert 12 < limit < 30


def test_blur_lowers_sharpness_step_by_step(good: Sitting) -> None:
    """A photo out of focus falls below the limit, a badly blurred one below the far limit."""
    photo, limit = good.subject.picture, limits(good.preset)["sharpness"]
    t = good.subject.face.eye_to_chin
    blurred = [
        _photographed(good, cv2.GaussianBlur(photo, (0, 0), s * t)) for s in (0.005, 0.015, 0.03, 0.06)
    ]
    readings = [measure("sharpness", sitting) for sitting in (good, *blurred)]
    assert readings == sorted(readings, reverse=True)
    assert readings[0] > (limit.low or 0) > readings[3]
    assert readings[4] < (limit.far_low or 0)


def test_sharpness_is_the_same_for_a_large_and_a_small_copy(good: Sitting) -> None:
    """The same focus scores alike whatever the pixels, and whatever the contrast of the light."""
    photo = good.subject.picture
    times = 100 / good.subject.face.eye_to_chin
    less = cv2.resize(photo, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    face = good.subject.face.moved(np.array([[times, 0, 0], [0, times, 0]]))
    small = replace(good, subject=replace(good.subject, picture=less, face=face))
    flat = _photographed(good, (photo * 0.6 + 40).astype(np.uint8))
    assert measure("sharpness", small) == pytest.approx(measure("sharpness", good), abs=0.12)
    assert measure("sharpness", flat) == pytest.approx(measure("sharpness", good), abs=0.12)


def test_detail_tells_an_enlarged_photo_that_sharpness_does_not(good: Sitting) -> None:
    """A photo that was small once, enlarged and sharpened, has its edges back and not its detail."""
    photo, limit = good.subject.picture, limits(good.preset)["detail"]
    times = 45 / good.subject.face.eye_to_chin
    less = cv2.resize(photo, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(less, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    sharpened = _photographed(
        good, cv2.addWeighted(enlarged, 2.5, cv2.GaussianBlur(enlarged, (0, 0), 2), -1.5, 0)
    )
    assert measure("sharpness", sharpened) > (limits(good.preset)["sharpness"].low or 0)
    assert measure("detail", sharpened) < (limit.low or 0) < measure("detail", good)


def test_detail_is_the_same_in_a_flat_light(good: Sitting) -> None:
    """It is a share: less contrast of the whole changes nothing."""
    flat = _photographed(good, (good.subject.picture * 0.6 + 40).astype(np.uint8))
    assert measure("detail", flat) == pytest.approx(measure("detail", good), abs=0.05)


def test_a_dark_photo_is_under_exposed_dark_skin_is_not(company: dict[str, Sitting]) -> None:
    """All skin tones pass in good light; any face fails at a tenth of the light."""
    limit = limits(company[REFERENCE].preset)["under_exposed"]
    for name, sitting in company.items():
        dark = _photographed(sitting, to_srgb(to_linear(sitting.subject.picture) * np.float32(0.1)))
        assert measure("under_exposed", sitting) > (limit.low or 0), name
        assert measure("under_exposed", dark) == pytest.approx(
            0.1 * measure("under_exposed", sitting), rel=0.1
        )
        assert measure("under_exposed", dark) < (limit.low or 0), name


def test_burnt_out_is_the_share_of_the_face_that_is_white(good: Sitting) -> None:
    """None in a good photo; all of it when the face is white; half when half is."""
    photo, face = good.subject.picture.copy(), good.subject.face
    assert measure("over_exposed", good) < 0.5
    photo[:, int(face.nose[0]) :] = 255
    half = measure("over_exposed", _photographed(good, photo))
    assert 35 < half < 65
    assert measure("over_exposed", _photographed(good, np.full_like(photo, 255))) == 100


def test_black_and_white_is_told(good: Sitting) -> None:
    """A grey copy has no colour; sepia has; a colour photo has far more than the limit."""
    grey = cv2.cvtColor(cv2.cvtColor(good.subject.picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    limit = limits(good.preset)["monochrome"].low or 0
    assert measure("monochrome", _photographed(good, grey)) == 0
    assert measure("monochrome", good) > 5 * limit


def test_a_colour_cast_is_told_natural_skin_is_not(company: dict[str, Sitting]) -> None:
    """All skin tones read near 0; the same portraits under green light do not; black and white is not judged."""
    for name, sitting in company.items():
        assert measure("natural_colour", sitting) < 4, name
        green = to_srgb(to_linear(sitting.portrait) * np.array([0.4, 1.1, 0.8], np.float32))
        assert measure("natural_colour", replace(sitting, portrait=green)) > 5, name
    grey = cv2.cvtColor(cv2.cvtColor(sitting.subject.picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    with pytest.raises(LookupError, match="black and white"):
        measure("natural_colour", _photographed(sitting, grey))


def test_hard_compression_shows(good: Sitting) -> None:
    """The harder the JPEG, the stronger its blocks; the worst is past the limit, a good one reads near 1."""
    photo, limit = good.subject.picture, limits(good.preset)["compression"].high or 0
    copies = [decode(pixels.jpeg(photo, quality=quality)).picture for quality in (95, 40, 12)]
    readings = [measure("compression", _photographed(good, copy)) for copy in copies]
    assert readings == sorted(readings)
    assert readings[0] < 1.7
    worst = decode(_hard(photo)).picture
    assert measure("compression", _photographed(good, worst)) > limit


def _hard(photo: Picture) -> bytes:
    """Return a JPEG of the lowest quality."""
    return bytes(cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 3])[1])


def test_blocks_are_seen_in_a_photo_that_was_held_upside_down(good: Sitting) -> None:
    """The decoder turns a photo by its EXIF; its blocks turn with it."""
    worst = decode(_hard(good.subject.picture[:599, :477])).picture
    readings = [measure("compression", _photographed(good, p)) for p in (worst, np.rot90(worst, 2).copy())]
    assert readings[1] == pytest.approx(readings[0], rel=0.05)

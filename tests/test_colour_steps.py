"""A photo with a handful of colours shows steps in the face, and is looked at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight.anatomy import Picture
from catchlight.checks import colour_steps as check
from catchlight.decoding import decode
from catchlight.sitting import Sitting
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures"]

LIMIT = check.Settings().high or 0


@pytest.fixture(scope="module")
def good(seated: Seated) -> Sitting:
    """Return one official portrait."""
    return seated("T000472")


def reading(good: Sitting, change: Callable[[Picture], Picture]) -> float:
    """Return what the check reads on that portrait's photo, changed."""
    subject = replace(good.subject, picture=change(good.subject.picture))
    return check.measure(replace(good, subject=subject))


def palette(colours: int) -> Callable[[Picture], Picture]:
    """Return what leaves a photo so many colours."""
    return lambda photo: np.asarray(Image.fromarray(photo).quantize(colours).convert("RGB"))


def test_few_colours_are_seen_a_full_palette_is_not(good: Sitting) -> None:
    """As GIF and PNG keep them: 256 are usual among staff photos, and the eye forgives them."""
    assert reading(good, palette(32)) > LIMIT
    assert 0 < reading(good, palette(256)) < 0.8 * LIMIT


def test_a_photo_has_no_steps_and_neither_has_one_in_grey(good: Sitting) -> None:
    """A thousand colours or more read 0; two hundred greys lie close together."""
    assert reading(good, lambda photo: photo) == 0
    assert reading(good, lambda photo: np.repeat(photo[..., :1], 3, 2)) < 0.1 * LIMIT
    assert reading(good, np.zeros_like) == 0


def test_the_hard_palette_is_looked_at(shared: Path) -> None:
    """64 colours, of which the face has 45."""
    photo = decode((shared / "hard/derived_palette.png").read_bytes()).picture
    face = photo[photo.shape[0] // 4 : photo.shape[0] // 2, photo.shape[1] // 3 : photo.shape[1] * 2 // 3]
    assert check.steps(face.reshape(-1, 3)) > LIMIT


def test_without_a_face_nothing_is_known() -> None:
    """Nothing to measure is no reading of 0."""
    with pytest.raises(LookupError, match="seen"):
        check.steps(np.zeros((0, 3), np.uint8))

"""The lamp that a preset asks for."""

from dataclasses import replace

import numpy as np
import pytest

from catchlight import lamp
from catchlight.config import Light, load_preset
from catchlight.ladder import lit_right
from catchlight.relief import Relief
from catchlight.sitting import Sitting

pytest_plugins = ["tests.studio_fixtures"]

MIDDLE = [Light(pattern="butterfly", ratio=1.8), Light(pattern="flat", ratio=1.3), Light(azimuth=0, ratio=2)]


def _mirrored(relief: Relief) -> Relief:
    left, right = relief.cheeks
    return replace(
        relief,
        depth=np.ascontiguousarray(relief.depth[:, ::-1]),
        normals=np.ascontiguousarray(relief.normals[:, ::-1] * np.float32((-1, 1, 1))),
        cheeks=(right[:, ::-1], left[:, ::-1]),
    )


@pytest.mark.parametrize("of", MIDDLE, ids=lambda of: of.pattern)
def test_a_face_and_its_mirror_image_get_the_same_light_from_the_middle(
    company: dict[str, Sitting], of: Light
) -> None:
    """Which cheek a face turns to the lamp by a hair's breadth says nothing of how deep its shadows are."""
    key = lamp.lamp(of)
    for sitting in company.values():
        assert sitting.photo_light is not None
        relief = sitting.photo_light.lit.relief
        here, there = (lamp.target(one, key) for one in (relief, _mirrored(relief)))
        assert np.median(np.abs(here - there[:, ::-1])) < 0.02


@pytest.mark.parametrize("of", MIDDLE, ids=lambda of: of.pattern)
def test_a_photo_that_is_lit_from_the_middle_keeps_its_light(company: dict[str, Sitting], of: Light) -> None:
    """Both cheeks alike is what such a lamp gives: nothing is left to change, whatever ratio stands beside it."""
    sitting, key = next(iter(company.values())), lamp.lamp(of)
    assert sitting.photo_light is not None
    even = replace(sitting.photo_light.light, coefficients=np.eye(9)[0], direction=key.direction)
    assert lit_right(even, key, load_preset("house").model_copy(update={"light": of}))

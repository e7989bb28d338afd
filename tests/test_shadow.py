"""The person's shadow on the ground: soft, slight, away from the light, the same in bands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import backdrop, shadow
from catchlight.config import load_preset


def _figure(width: int = 400, height: int = 500) -> np.ndarray:
    """Return the alpha of a head on shoulders that the frame cuts off."""
    y, x = np.mgrid[0:height, 0:width]
    head = ((x - width / 2) / (0.2 * width)) ** 2 + ((y - 0.42 * height) / (0.26 * height)) ** 2 < 1
    shoulders = (y > 0.72 * height) & (np.abs(x - width / 2) < 0.38 * width)
    return (head | shoulders).astype(np.float32)


@settings(max_examples=25)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(-80, 80), st.floats(-20, 75))
def test_a_shadow_never_brightens_and_is_never_deep(
    strength: float, softness: float, azimuth: float, elevation: float
) -> None:
    """Whatever the preset says, light is taken away, and never more than the stated share of it."""
    gain = shadow.cast(_figure(), strength, softness, azimuth, elevation)
    assert gain.max() <= 1
    assert gain.min() >= 1 - strength * shadow.DEEPEST - 1e-6


def test_the_shadow_falls_away_from_the_key() -> None:
    """With the key at the picture's right the ground is darker left of the head; from above, below it."""
    alpha = _figure()
    behind = np.ones((*alpha.shape, 3), np.float32)
    fallen = shadow.fall(behind, shadow.cast(alpha, 1.0, azimuth=60), len(alpha))[..., 0]
    assert fallen[210, 95] < fallen[210, 304] - 0.02
    level, high = (shadow.cast(alpha, 1.0, elevation=e) for e in (0.0, 70.0))
    assert high[: len(high) // 5].mean() > level[: len(level) // 5].mean()


def test_far_from_the_person_nothing_is_darker() -> None:
    """A contact shadow stays near: the upper corners keep the brand's colour to within half a per cent."""
    gain = shadow.cast(_figure(), 1.0)
    assert gain[0, [0, -1]].min() > 0.995


def test_a_band_of_shadow_has_the_same_bits_as_the_whole() -> None:
    """A large master is printed in bands, without seams."""
    alpha, of = _figure(), load_preset("house").background
    gain = shadow.cast(alpha, 0.5)
    whole = shadow.fall(backdrop.render(of, 400, 500), gain, 500)
    for rows in ((0, 33), (33, 34), (34, 500)):
        band = shadow.fall(backdrop.render(of, 400, 500, rows), gain, 500, rows)
        assert (band == whole[slice(*rows)]).all()


@pytest.mark.parametrize("alpha", [_figure(), np.zeros((50, 40), np.float32)])
def test_no_strength_or_nobody_leaves_the_ground_alone(alpha: np.ndarray) -> None:
    """Strength 0 returns the very same ground."""
    behind = backdrop.render(load_preset("house").background, alpha.shape[1], alpha.shape[0])
    strength = 0.0 if alpha.any() else 1.0
    assert shadow.fall(behind, shadow.cast(alpha, strength), len(alpha)) is behind

"""Light and colour move a little, only where a photo needs it, and never by whose skin it is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float32

from catchlight import grade
from catchlight.config import Light
from catchlight.grade import Grade
from catchlight.neutrals import Neutrals
from catchlight.pixels import luminance, to_linear
from catchlight.sitting import Sitting

pytest_plugins = ["tests.studio_fixtures"]

LIGHT = Light()
NOTHING = Neutrals(None, None)  # nothing in the photo says what its colours were: the skin alone is judged
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
SKIN = np.array([0.42, 0.24, 0.16])  # linear, of a light person in good light
QUICK = settings(max_examples=60)


def _scene(
    skin: np.ndarray, *, shirt: float = 0.85, wall: float = 0.35
) -> tuple[Float32[np.ndarray, "h w 3"], np.ndarray]:
    """Return linear light of a face above a shirt before a wall, and where the skin is."""
    scene = np.full((120, 100, 3), wall)
    scene[80:, 20:80] = shirt
    where = np.zeros((120, 100), np.uint8)
    cv2.ellipse(where, (50, 50), (18, 26), 0, 0, 360, (1,), -1)
    scene[where > 0] = skin
    scene *= np.random.default_rng(2).uniform(0.95, 1.05, (120, 100, 1))
    return scene.astype(np.float32), where > 0


def _light_of(pixels: np.ndarray) -> float:
    return float(np.median(luminance(pixels[None].astype(np.float32))))


def test_a_well_exposed_photo_is_left_alone() -> None:
    """Not a bit changes."""
    scene, skin = _scene(SKIN)
    done = grade.measure(scene, skin, LIGHT, NOTHING)
    assert done == Grade()
    assert done.apply(scene) is scene


def test_official_portraits_keep_their_exposure(company: dict[str, Sitting]) -> None:
    """Ten well-exposed portraits of all skin tones: no exposure moves, colour by a tenth at most."""
    for name, sitting in company.items():
        assert sitting.grade.stops == 0, name
        assert max(abs(gain - 1) for gain in sitting.grade.gains) < 0.1, name


@QUICK
@given(st.floats(0.01, 1.0), st.floats(0, 1.5))
def test_exposure_moves_no_further_than_allowed(dim: float, most: float) -> None:
    """However dark a photo is, the correction is bounded, and it never darkens."""
    scene, skin = _scene(SKIN)
    stops = grade.measure(scene * np.float32(dim), skin, Light(max_stops=most), NOTHING).stops
    assert 0 <= stops <= most
    assert stops == 0 or dim * 0.85 < LIGHT.white_low


def test_a_photo_one_third_of_a_stop_short_is_brought_up_to_white() -> None:
    """What is brightest afterwards is exactly at the preset's white."""
    scene, skin = _scene(SKIN)
    dark = scene * np.float32(LIGHT.white_low / np.percentile(scene.max(-1), 99) * 0.8)
    lifted = grade.measure(dark, skin, LIGHT, NOTHING).apply(dark)
    assert np.percentile(lifted.max(-1), 99) == pytest.approx(LIGHT.white_low, rel=0.02)


@QUICK
@given(st.floats(0.05, 1.0), st.sampled_from([0.15, 0.3, 0.6, 1.0]))
def test_exposure_is_the_same_whatever_the_skin_tone(albedo: float, dim: float) -> None:
    """Only the skin's reflectance changes, at any exposure of the photo: the same stops."""
    pale, where = _scene(SKIN)
    dark, _ = _scene(SKIN * albedo)
    stops = [grade.measure(scene * np.float32(dim), where, LIGHT, NOTHING).stops for scene in (pale, dark)]
    assert stops[0] == stops[1]


@pytest.mark.parametrize("albedo", [0.12, 0.5])
def test_exposure_of_real_portraits_ignores_the_skin(company: dict[str, Sitting], albedo: float) -> None:
    """Ten portraits with their faces' reflectance scaled down are exposed as they were."""
    for name, sitting in company.items():
        outline = np.round(sitting.subject.face.oval).astype(np.int32)
        face = cv2.fillPoly(np.zeros(sitting.subject.picture.shape[:2], np.uint8), [outline], (1,)) > 0
        light = to_linear(sitting.subject.picture)
        darker = np.where(face[..., None], light * np.float32(albedo), light)
        assert (
            grade.measure(darker, face, LIGHT, NOTHING).stops
            == grade.measure(light, face, LIGHT, NOTHING).stops
        ), name


def test_skin_decides_nothing_in_a_dark_studio_either() -> None:
    """In dark clothes before a dark wall the face is the brightest thing; it must still not count."""
    pale, where = _scene(SKIN * 1.3, shirt=0.05, wall=0.03)
    dark, _ = _scene(SKIN * 0.3, shirt=0.05, wall=0.03)
    assert (
        grade.measure(pale, where, LIGHT, NOTHING).stops == grade.measure(dark, where, LIGHT, NOTHING).stops
    )


def test_the_colour_of_any_natural_skin_is_left_alone() -> None:
    """From pale to very dark, in neutral light, white balance does not move (by 1.5 % at most)."""
    for code in ((246, 218, 200), (224, 172, 138), (198, 134, 98), (141, 85, 56), (94, 58, 40)):
        tone = to_linear(np.array([[code]], np.uint8))[0, 0]
        scene, skin = _scene(tone)
        assert grade.measure(scene, skin, LIGHT, NOTHING).gains == pytest.approx((1, 1, 1), abs=0.015), code


def test_white_balance_is_the_same_whatever_the_skin_tone() -> None:
    """A slight cool cast is judged by its hue: the same face at an eighth of the reflectance gets the same gains."""
    tone = np.array([0.40, 0.27, 0.225])
    gains = []
    for albedo in (1.0, 0.125):
        scene, skin = _scene(tone * albedo)
        gains.append(grade.measure(scene, skin, LIGHT, NOTHING).gains)
    assert gains[0] == pytest.approx(gains[1], abs=0.01)


@QUICK
@given(st.tuples(*[st.floats(0.5, 1.8)] * 3), st.floats(0.1, 1), st.floats(0, 1))
def test_white_balance_keeps_the_light(
    cast: tuple[float, float, float], albedo: float, strength: float
) -> None:
    """Whatever the cast, the skin is as light after the correction as before it, and no gain is wild."""
    scene, skin = _scene(np.clip(SKIN * albedo * cast, 0, 1))
    gains = grade.measure(scene, skin, Light(white_balance=strength), NOTHING).gains
    tone = np.median(scene[skin], axis=0)
    assert float(tone * gains @ LUMINANCE) == pytest.approx(float(tone @ LUMINANCE), rel=1e-4)
    assert all(0.6 < gain < 1.6 for gain in gains)


@pytest.mark.parametrize(
    "cast", [(1.6, 0.95, 0.3), (0.7, 1.0, 1.6), (0.8, 1.25, 0.8)], ids=["lamp", "shade", "neon"]
)
def test_a_cast_becomes_less(cast: tuple[float, float, float]) -> None:
    """Under a warm lamp, in the shade or under neon the face comes nearer to its own colour, not all the way."""
    scene, skin = _scene(np.clip(SKIN * cast, 0, 1))
    tone = np.median(scene[skin], axis=0)
    after = tone * grade.measure(scene, skin, LIGHT, NOTHING).gains

    def off(colour: np.ndarray) -> float:
        return float(np.abs(np.log(colour / colour.sum()) - np.log(SKIN / SKIN.sum())).sum())

    assert 0.2 * off(tone) < off(after) < 0.95 * off(tone)


def test_white_balance_can_be_switched_off() -> None:
    """A preset that wants none gets none."""
    scene, skin = _scene(SKIN * (1.4, 1.0, 0.5))
    assert grade.measure(scene, skin, Light(white_balance=0), NOTHING).gains == pytest.approx((1, 1, 1))


@QUICK
@given(st.floats(0.01, 1.5), st.tuples(*[st.floats(0.8, 1.25)] * 3))
def test_nothing_burns_out_and_nothing_turns_around(stops: float, gains: tuple[float, float, float]) -> None:
    """Brightening keeps everything below white, in order and, if colour does not move, of the same hue."""
    ramp = np.linspace(0, 1, 200, dtype=np.float32)[None, :, None] * np.array([1.0, 0.7, 0.5], np.float32)
    lifted = Grade(stops, gains).apply(ramp)
    assert lifted.max() <= 1
    assert (np.diff(lifted.sum(-1)) >= 0).all()
    plain = Grade(stops).apply(ramp)[:, 1:]
    assert plain[..., 1] / plain[..., 0] == pytest.approx(0.7, abs=1e-4)


def test_dark_tones_are_lifted_by_exactly_the_stops() -> None:
    """Below the shoulder a third of a stop is a third of a stop."""
    grey = np.full((4, 4, 3), 0.2, np.float32)
    assert Grade(0.33).apply(grey) == pytest.approx(grey * 2**0.33, rel=1e-5)


def test_too_little_skin_changes_nothing() -> None:
    """A handful of pixels is no evidence of a cast."""
    scene, _ = _scene(SKIN * (1.6, 1.0, 0.4))
    skin = np.zeros(scene.shape[:2], bool)
    skin[50, 40:80] = True
    assert grade.measure(scene * np.float32(0.2), skin, LIGHT, NOTHING) == Grade()

"""A light drawn with its shadows: what is asked for can be measured on the picture, and nothing but light changes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from catchlight import config, drawn, lamp, light, triangle
from catchlight.config import load_preset
from catchlight.grade import Grade
from catchlight.lamp import Lamp
from catchlight.light import Lit
from catchlight.relief import Relief, carve
from catchlight.sitting import Sitting
from tests.lit_faces import dress, paint, picture, shade
from tests.studio import Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]

KEY = lamp.lamp(load_preset("rembrandt-charcoal").light)
PEOPLE = ("A000148", "E000298", "H001052")
SOURCES = (Lamp(10, 45, 1.15), Lamp(30, 0, 1.5), Lamp(-20, 10, 1.3))


@pytest.fixture(params=PEOPLE)
def relief(company: dict[str, Sitting], request: pytest.FixtureRequest) -> Relief:
    """Return the relief of a real face that looks at the camera."""
    source = company[request.param].photo_light
    assert source is not None
    return source.lit.relief


def _painted(relief: Relief, source: Lamp) -> np.ndarray:
    return paint(relief, shade(relief, source)) * np.float32(0.6)


def _drawn(lit: Lit, key: Lamp = KEY) -> np.ndarray:
    return drawn.gain(lit, light.fit(lit), lamp.place(lit.relief, key), 1.0)


def test_the_pattern_is_there_on_the_picture_that_is_made(relief: Relief) -> None:
    """Whatever light a face had: light from 35 to 65 degrees aside, mostly a closed triangle, about the ratio."""
    closed = 0
    for source in SOURCES:
        face = _painted(relief, source)
        stops = _drawn(light.spread_out(picture(face), carve(relief.at)))
        made = light.spread_out(picture(face * np.exp2(stops)[..., None]), carve(relief.at))
        assert 35 <= -light.fit(made).azimuth <= 65
        assert triangle.ratio(made.luminance, made.relief, KEY.side) == pytest.approx(KEY.ratio, rel=0.35)
        closed += triangle.find(made.luminance, made.relief, KEY.side).is_triangle
    assert closed >= len(SOURCES) - 1


def test_a_light_from_the_other_side_is_overcome(relief: Relief) -> None:
    """A cheek that the photo's own lamp lit squarely gets as dark as the pattern's shadow has to be."""
    face = _painted(relief, Lamp(40, 10, 2.0))
    stops = _drawn(light.spread_out(picture(face), carve(relief.at)))
    made = light.spread_out(picture(face * np.exp2(stops)[..., None]), carve(relief.at))
    assert triangle.find(made.luminance, made.relief, KEY.side).is_triangle


def test_a_mole_in_the_shadow_stays(relief: Relief) -> None:
    """Only what is too bright for the lamp's shadow is evened out finely: a dark spot keeps most of its contrast."""
    face, (rows, columns) = _painted(relief, SOURCES[0]), np.indices(relief.face.shape)
    x, y = relief.at.left_eye + np.array([0, 1.05]) * relief.at.eye_distance
    spot, around = (np.hypot(columns - x, rows - y) < size for size in (2.0, 6.0))
    spotted = np.where(spot[..., None], face * np.float32(0.5), face)
    stops = _drawn(light.spread_out(picture(spotted), carve(relief.at)))
    assert abs(np.median(stops[spot]) - np.median(stops[around & ~spot])) < 0.4


def test_key_to_the_shadow_around_the_triangle_is_the_ratio(relief: Relief) -> None:
    """The triangle itself is no shadow: the preset's ratio is what the eye compares, lit side and dark side."""
    for ratio in (3.0, 3.5, 4.0):  # beyond, no place may get less than a least fill
        shown = lamp.target(relief, replace(KEY, ratio=ratio))
        assert triangle.ratio(shown, relief, KEY.side) == pytest.approx(ratio, rel=0.03)


def test_a_lamp_on_the_right_moves_as_one_on_the_left(relief: Relief) -> None:
    """Further aside is further right: no lamp crosses over, and the triangle closes on the left cheek."""
    left, right = (list(lamp.closing(relief, key)) for key in (KEY, replace(KEY, azimuth=-KEY.azimuth)))
    assert {key.side for key in left} <= {-1}
    assert {key.side for key in right} <= {1}
    assert all(triangle.find(lamp.target(relief, key), relief, 1).is_clear for key in right)
    assert left or right
    assert all(32 <= abs(key.azimuth) <= 68 for key in left + right)


def test_a_beard_is_not_taken_for_shadow(relief: Relief) -> None:
    """Dark hair stays dark: where a beard grows hardly a place gets more light than it would without."""
    face = _painted(relief, SOURCES[0])
    bare, bearded = (
        _drawn(light.spread_out(picture(of), carve(relief.at))) for of in (face, dress(relief, face))
    )
    rows = np.indices(relief.face.shape)[0]
    beard = relief.face & (rows > relief.at.mouth_right[1])
    assert np.median((bearded - bare)[beard]) < 0.25
    assert np.percentile((bearded - bare)[beard], 95) < 0.8


def test_no_place_moves_further_than_the_lamp_reaches(company: dict[str, Sitting]) -> None:
    """No skin becomes more than ``reach`` stops lighter or darker (a fifth to spare)."""
    for name in PEOPLE:
        source = company[name].photo_light
        assert source is not None
        stops = _drawn(source.lit)
        assert np.abs(stops[source.lit.relief.face]).max() < KEY.reach + 0.2, name


def test_white_balance_counts_among_what_may_clip(company: dict[str, Sitting]) -> None:
    """A photo that gets a warmer balance has less room above its highlights, and is not lit further into them."""
    source = company["E000298"].photo_light
    assert source is not None
    warm = drawn.graded(source.lit, Grade(gains=(1.2, 1.0, 0.8)))
    assert warm.peak == pytest.approx(source.lit.peak * 1.2)
    assert _drawn(warm)[warm.skin].max() <= _drawn(source.lit)[warm.skin].max() + 0.05


def test_portraits_of_the_preset_show_it(gallery: Gallery) -> None:
    """On the portrait itself, with landmarks traced anew: a triangle, light from the side, skin as the pattern exposes it."""
    for name in ("A000148", "E000298"):
        done = gallery.sit(gallery.open(name).picture, small("rembrandt-charcoal"))
        assert measure("light_triangle", done) == 1, name
        assert 35 <= -measure("light_azimuth", done) <= 65, name
        assert measure("skin_ev", done) == pytest.approx(KEY.exposure, abs=0.05), name


@pytest.mark.parametrize(
    ("changes", "stops"),
    [({}, -0.2), ({"light": {"strength": 0.5}}, -0.1), ({"light": {"exposure": -0.1}}, -0.1),
     ({"light": {"max_stops": 0.0}}, -0.2), ({"rung": "background"}, 0.0), ({"rung": "crop"}, 0.0)],
)  # fmt: skip
def test_everybody_is_exposed_by_the_same_whose_light_may_be_changed(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], stops: float
) -> None:
    """Also whoever's light cannot be read: or pale faces, which can be read more often, would be darkened more often."""
    preset = small("rembrandt-charcoal").model_dump(exclude_unset=True)
    preset |= {key: preset[key] | of if isinstance(of, dict) else of for key, of in changes.items()}
    monkeypatch.setattr("catchlight.ladder.POOR", 0.0)
    done = gallery.sit(gallery.open("A000148").picture, config.Preset.model_validate(preset))
    assert done.change.stops is None
    assert measure("skin_ev", done) == pytest.approx(stops, abs=0.03)
    assert measure("exposure_moved", done) == 0


def test_no_preset_makes_skin_lighter() -> None:
    """Nor much darker."""
    for stops in (0.1, -0.3):
        with pytest.raises(ValidationError, match="exposure"):
            config.Light.model_validate({"exposure": stops})


def test_only_rembrandt_draws_shadows() -> None:
    """The soft patterns keep to what the fit knows."""
    closes = [lamp.lamp(config.Light.model_validate({"pattern": of})).closes
              for of in ("flat", "butterfly", "loop", "rembrandt")]  # fmt: skip
    assert closes == [False, False, False, True]

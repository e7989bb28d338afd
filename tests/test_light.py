"""The light in a photo: where it comes from, how strong, how soft, read from skin of any tone."""

import numpy as np
import pytest
from jaxtyping import Float64

from catchlight import light
from catchlight.lamp import Lamp
from catchlight.light import Light
from catchlight.pixels import to_linear, to_srgb
from catchlight.relief import Relief
from catchlight.sitting import Sitting
from tests.lit_faces import SKIN, dress, paint, picture, shade
from tests.studio import REFERENCE, drawn_face

pytest_plugins = ["tests.studio_fixtures"]

KEYS = (Lamp(-30, 30, 2.0), Lamp(40, 20, 3.0), Lamp(10, 45, 1.15), Lamp(30, 0, 1.5), Lamp(-35, 10, 2.0))
PEOPLE = ("A000148", "C000537", "E000298", REFERENCE)


def _angle(one: Float64[np.ndarray, " 3"], other: Float64[np.ndarray, " 3"]) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))


def _side(key: Lamp) -> int:
    return -1 if key.azimuth < 0 else 1


@pytest.fixture(params=PEOPLE)
def relief(company: dict[str, Sitting], request: pytest.FixtureRequest) -> Relief:
    """Return the relief of a real face."""
    return _read(company[request.param])[0]


def _read(sitting: Sitting) -> tuple[Relief, Light]:
    assert sitting.photo_light is not None
    return sitting.photo_light.lit.relief, sitting.photo_light.light


@pytest.mark.parametrize("dressed", [False, True], ids=["bare", "bearded"])
@pytest.mark.parametrize("key", KEYS)
def test_a_known_light_is_found(relief: Relief, key: Lamp, dressed: bool) -> None:
    """Direction within 12 degrees, ratio within a fifth, on uneven skin, with a full beard and glaring glasses too."""
    face = paint(relief, shade(relief, key))
    found = light.measure(picture(dress(relief, face) if dressed else face), relief.at)
    assert _angle(found.direction, key.direction) < 12
    assert found.ratio(_side(key)) == pytest.approx(key.ratio, rel=0.2)
    assert found.explained > 0.6
    assert found.unexplained < 0.2


def test_azimuth_and_elevation_say_the_same_as_the_direction(relief: Relief) -> None:
    """Light from the picture's right has a positive azimuth, light from above a positive elevation."""
    key = Lamp(40, 20, 3.0)
    found = light.measure(picture(paint(relief, shade(relief, key))), relief.at)
    assert found.azimuth == pytest.approx(40, abs=12)
    assert found.elevation == pytest.approx(20, abs=12)
    assert found.ratio(1) == pytest.approx(1 / found.ratio(-1))


@pytest.mark.parametrize("reflectance", [1.0, 0.3, 0.1])
def test_the_light_is_the_same_on_any_skin(relief: Relief, reflectance: float) -> None:
    """From very pale to very dark: the same direction, ratio and trust."""
    key = KEYS[0]
    pale, dark = (
        light.measure(picture(paint(relief, shade(relief, key), skin=skin)), relief.at)
        for skin in (SKIN, SKIN * np.float32(reflectance))
    )
    assert _angle(pale.direction, dark.direction) < 3
    assert dark.ratio(-1) == pytest.approx(pale.ratio(-1), rel=0.05)
    assert dark.unexplained == pytest.approx(pale.unexplained, abs=0.03)


def test_a_photo_without_direction_explains_nothing(relief: Relief) -> None:
    """Where no light falls differently from elsewhere there is no pattern to find, no edge and no ratio."""
    flat = light.measure(picture(paint(relief, np.ones(relief.face.shape, np.float32))), relief.at)
    assert flat.explained < 0.1
    assert flat.unexplained < 0.2
    assert flat.ratio(-1) == pytest.approx(1, abs=0.05)
    assert flat.softness > 0.8


def test_how_bright_a_photo_is_says_nothing_about_its_light(company: dict[str, Sitting]) -> None:
    """Half the exposure, the same light."""
    for name, sitting in company.items():
        photo, face, (_, full) = sitting.subject.picture, sitting.subject.face, _read(sitting)
        half = light.measure(to_srgb(to_linear(photo) * np.float32(0.5)), face)
        assert _angle(half.direction, full.direction) < 1.5, name
        assert half.ratio(-1) == pytest.approx(full.ratio(-1), rel=0.05), name
        assert half.softness == pytest.approx(full.softness, abs=0.05), name


def test_a_mirrored_face_is_lit_from_the_other_side(relief: Relief) -> None:
    """The same face under a lamp on the left and on the right: the same height, the other side."""
    left, right = (
        light.measure(picture(paint(relief, shade(relief, key))), relief.at)
        for key in (Lamp(-40, 20, 2.5), Lamp(40, 20, 2.5))
    )
    assert left.azimuth == pytest.approx(-right.azimuth, abs=15)
    assert left.elevation == pytest.approx(right.elevation, abs=8)
    assert left.ratio(-1) == pytest.approx(right.ratio(1), rel=0.15)


def test_the_harder_an_edge_the_less_soft_the_light(relief: Relief) -> None:
    """A shadow edge down the middle of the face, from a bare bulb's to a window's."""
    aside = np.indices(relief.face.shape)[1] - relief.at.nose[0]
    edges = [
        light.measure(picture(paint(relief, _edge(aside, wide), uneven=0)), relief.at).softness
        for wide in (1, 2, 4, 8, 16)
    ]
    assert edges == sorted(edges)
    assert edges[0] < 0.75
    assert edges[-1] > 0.9


def _edge(aside: np.ndarray, wide: float) -> np.ndarray:
    return (1 + 1 / (1 + np.exp(-aside / wide))).astype(np.float32)


def test_without_a_mesh_there_is_no_light(company: dict[str, Sitting]) -> None:
    """Landmarks of an engine that gives no mesh say so."""
    with pytest.raises(LookupError, match="no mesh"):
        light.measure(company[REFERENCE].subject.picture, drawn_face())


@pytest.mark.parametrize("value", [0, 255])
def test_without_skin_there_is_no_light(company: dict[str, Sitting], value: int) -> None:
    """A face that is all black or all burnt out tells nothing, and says so."""
    sitting = company[REFERENCE]
    blank = np.full_like(sitting.subject.picture, value)
    with pytest.raises(LookupError, match="too little skin"):
        light.measure(blank, sitting.subject.face)

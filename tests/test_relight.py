"""A new light on the same person: skin stays as light as it was, hue, detail and outline as they were."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pytest
from jaxtyping import Bool, Float32

from catchlight import config, framing, lamp, light, relight, triangle
from catchlight.anatomy import Picture
from catchlight.correction import Lighting, keep_skin, read_light
from catchlight.framing import between
from catchlight.grade import Grade
from catchlight.judge import limits
from catchlight.lamp import Lamp
from catchlight.pixels import luminance, to_linear, to_srgb
from catchlight.printing import Change
from catchlight.records import Rung
from catchlight.relief import Relief, carve
from catchlight.sitting import Sitting
from tests.lit_faces import paint, picture, shade
from tests.studio import REFERENCE, Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]

ROWS = 400
LOOP = lamp.lamp(config.Light(ratio=2.0))
SHADED = ("A000148", "C000537", "E000298", "T000460")


@dataclass(frozen=True, slots=True)
class Relit:
    """A levelled photo before and after a change of light alone (linear), and what was read from the photo."""

    read: Lighting
    stops: Float32[np.ndarray, "r c"]
    before: Float32[np.ndarray, "h w 3"]
    after: Float32[np.ndarray, "h w 3"]
    skin: Bool[np.ndarray, "h w"]
    moved: float


def _read(photo: Picture, sitting: Sitting) -> Lighting:
    read = read_light(photo, sitting.subject.face)
    assert read is not None
    return read


def _relit(sitting: Sitting, photo: Picture | None = None, key: Lamp = LOOP) -> Relit:
    """Change the light of a photo of the sitting's pose, and nothing else."""
    photo = sitting.subject.picture if photo is None else photo
    read, to = _read(photo, sitting), sitting.negative.map(ROWS)
    relief = read.lit.relief
    stops = relight.extend(relight.gain(read.lit, read.light, key, 1.0), relief, to)
    before = to_linear(framing.level(photo, to))
    change = keep_skin(
        replace(sitting.negative, picture=photo), Change(Rung.RELIGHT, Grade(), stops=stops), read.lit
    )
    after = change.on(before, ROWS, 0)
    back, there = between(to, relief.map), between(relief.map, to)
    skin = there.warp(read.lit.skin * np.uint8(255), outside=0.0) > 250
    levels = [
        np.median(luminance(to_linear(np.ascontiguousarray(back.warp(to_srgb(x)))))[read.lit.skin])
        for x in (before, after)
    ]
    return Relit(read, stops, before, after, skin, float(np.log2(levels[1] / levels[0])))


def _darker(sitting: Sitting, times: float) -> Picture:
    return to_srgb(to_linear(sitting.subject.picture) * np.float32(times))


@pytest.mark.parametrize("name", SHADED)
def test_the_skin_stays_as_light_as_it_was_whatever_its_tone(company: dict[str, Sitting], name: str) -> None:
    """The same face at six steps of reflectance: 0.07 stops at most (0.1 where it is nearly white), no slope."""
    tones = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15)
    done = [_relit(company[name], _darker(company[name], tone)) for tone in tones]
    assert abs(done[0].moved) < 0.1
    assert max(abs(relit.moved) for relit in done[1:]) < 0.07
    levels = [np.log2(relit.read.lit.level) for relit in done]
    assert abs(np.polyfit(levels, [relit.moved for relit in done], 1)[0]) <= 0.02


def test_a_pixels_three_channels_move_by_one_scalar(company: dict[str, Sitting]) -> None:
    """The hue of skin is the photo's, in the highlights too."""
    for name, sitting in company.items():
        relit = _relit(sitting)
        bright = relit.before.min(-1) > 0.02
        times = relit.after[bright] / relit.before[bright]
        assert np.ptp(times, axis=-1).max() < 1e-3 * times.max(), name


def test_pores_and_lashes_stay(company: dict[str, Sitting]) -> None:
    """Fine detail of skin has as much contrast after as before, within a fifth."""
    for name, sitting in company.items():
        relit = _relit(sitting)
        before, after = (_detail(x)[relit.skin].std() for x in (relit.before, relit.after))
        assert 0.8 < after / before < 1.2, name


def _detail(linear: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
    stops = np.log2(luminance(linear) + np.float32(1e-3))
    return stops - cv2.GaussianBlur(stops, (0, 0), 3)


def test_eyes_nose_and_mouth_stay_where_they_are(company: dict[str, Sitting]) -> None:
    """Traced anew on the portrait, they lie where the photo has them, within 3 % of eyes to chin."""
    for name, sitting in company.items():
        there = sitting.subject.face.moved(sitting.negative.map(sitting.portrait.shape[0]).matrix)
        for point in ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left"):
            away = np.linalg.norm(getattr(there, point) - getattr(sitting.face, point))
            assert away < 0.03 * there.eye_to_chin, (name, point)


def test_no_place_moves_further_than_the_lamp_reaches(company: dict[str, Sitting]) -> None:
    """However the photo was lit, no skin becomes more than ``reach`` stops lighter or darker (a fifth to spare)."""
    for name, sitting in company.items():
        read = _read(sitting.subject.picture, sitting)
        stops = relight.gain(read.lit, read.light, LOOP, 1.0)[read.lit.relief.face]
        assert np.abs(stops).max() < LOOP.reach + 0.2, name


def test_skin_does_not_burn_out(company: dict[str, Sitting]) -> None:
    """The share of skin that is nearly white rises by no more than a seventh, even on a very pale face."""
    for name, sitting in company.items():
        relit = _relit(sitting)
        before, after = (
            float((to_srgb(x).max(-1)[relit.skin] >= 250).mean()) for x in (relit.before, relit.after)
        )
        assert after < before + 0.14, name


def test_the_change_runs_on_over_neck_and_hair_without_a_seam(company: dict[str, Sitting]) -> None:
    """At the outline of the face it is no steeper than inside, and it fades out far away."""
    for name, sitting in company.items():
        relit, to = _relit(sitting), sitting.negative.map(relight.FIELD)
        face = between(relit.read.lit.relief.map, to).warp(relit.read.lit.relief.face * np.uint8(1)) > 0
        steep = np.hypot(*np.gradient(relit.stops))
        rim = cv2.morphologyEx(face.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)) > 0
        assert steep[rim].max() < np.percentile(steep[face & ~rim], 99), name
        assert np.abs(relit.stops).max() <= np.abs(relit.stops[face]).max() + 0.01, name


def test_an_even_change_runs_on_evenly(company: dict[str, Sitting]) -> None:
    """One stop on all of the face is one stop beside it, less and less with distance, never more."""
    sitting = company[REFERENCE]
    relief, to = _read(sitting.subject.picture, sitting).lit.relief, sitting.negative.map(relight.FIELD)
    stops = relight.extend(np.ones(relief.face.shape, np.float32), relief, to)
    face = between(relief.map, to).warp(relief.face * np.uint8(1)) > 0
    assert stops[face].min() > 0.7
    assert stops.max() < 1.001
    corner = stops[:8, :8].mean(), stops[:8, -8:].mean()
    assert 0 <= max(corner) < 0.6


@pytest.mark.parametrize("source", [Lamp(10, 45, 1.15), Lamp(30, 0, 1.5), Lamp(-20, 10, 1.3)])
def test_a_face_in_a_known_light_gets_the_presets(company: dict[str, Sitting], source: Lamp) -> None:
    """Measured on what was made, the light comes from where the preset wants it, about as strongly."""
    for name in ("A000148", "E000298", REFERENCE):
        relief = _read(company[name].subject.picture, company[name]).lit.relief
        face = paint(relief, shade(relief, source))
        lit = light.spread_out(picture(face), carve(relief.at))
        stops = relight.gain(lit, light.fit(lit), LOOP, 1.0)
        made = light.measure(picture(face * np.exp2(stops)[..., None]), relief.at)
        assert np.degrees(np.arccos(made.direction @ LOOP.direction)) < 12, name
        assert abs(np.log2(made.ratio(-1) / LOOP.ratio)) < 0.35, name


def test_the_company_is_lit_from_one_side(company: dict[str, Sitting]) -> None:
    """Measured on the portraits, most lights are the preset's; whose light stays too far from it is flagged."""
    away = {name: measure("light_away", sitting) for name, sitting in company.items()}
    assert sum(angle < 15 for angle in away.values()) >= 6
    before = [abs(measure("source_light_azimuth", company[name]) - LOOP.azimuth) for name in company]
    after = [abs(measure("light_azimuth", company[name]) - LOOP.azimuth) for name in company]
    assert np.median(after) < np.median(before) / 3


def test_a_mirrored_photo_is_lit_from_the_same_side(gallery: Gallery) -> None:
    """The preset says from where the key comes, not the photo: lit from the left and from the right, both end left."""
    photo = gallery.open("E000298").picture
    sittings = [gallery.sit(np.ascontiguousarray(p)) for p in (photo, photo[:, ::-1])]
    sides = [measure("source_light_azimuth", sitting) for sitting in sittings]
    assert sides[0] == pytest.approx(-sides[1], abs=8)
    assert [measure("light_away", sitting) < 12 for sitting in sittings] == [True, True]


def _lit_by(gallery: Gallery, photo: Picture, **of: Any) -> Sitting:
    preset = small()
    return gallery.sit(photo, preset.model_copy(update={"light": preset.light.model_copy(update=of)}))


def test_without_strength_the_light_stays(gallery: Gallery) -> None:
    """A preset that wants no new light changes none."""
    done = _lit_by(gallery, gallery.open("E000298").picture, strength=0.0)
    assert done.change.stops is None
    assert done.change.rung == Rung.BACKGROUND


def test_half_the_strength_goes_half_the_way(company: dict[str, Sitting]) -> None:
    """The azimuth of the light ends between the photo's and the preset's."""
    read = _read(company["E000298"].subject.picture, company["E000298"])
    whole, half = (relight.gain(read.lit, read.light, LOOP, strength) for strength in (1.0, 0.5))
    assert 0.3 < float(np.std(half[read.lit.skin]) / np.std(whole[read.lit.skin])) < 0.7


def test_a_light_that_cannot_be_explained_stays_as_it_was(gallery: Gallery) -> None:
    """Under the shadows of leaves nothing is guessed: the light is left alone, and the reading says so."""
    photo = gallery.open("E000298").picture
    leaves = np.random.default_rng(1).standard_normal((20, 16)).astype(np.float32)
    stops = cv2.resize(leaves, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC) - 1
    done = gallery.sit(to_srgb(to_linear(photo) * np.exp2(stops)[..., None]))
    assert measure("light_unexplained", done) > (limits(done.preset)["light_unexplained"].high or 0)
    assert done.change.stops is None
    assert done.change.rung == Rung.BACKGROUND


def test_rembrandt_closes_the_triangle_flat_light_does_not(company: dict[str, Sitting]) -> None:
    """On a plain face lit by the preset's lamp alone, for all who look at the camera."""
    closed: dict[str, list[bool]] = {"rembrandt": [], "flat": [], "butterfly": []}
    for sitting in company.values():
        relief = _read(sitting.subject.picture, sitting).lit.relief
        for pattern, done in closed.items():
            if abs(sitting.subject.face.yaw) < 8.5:
                done.append(_closes(relief, lamp.lamp(config.Light.model_validate({"pattern": pattern}))))
    assert len(closed["rembrandt"]) >= 6
    assert all(closed["rembrandt"])
    assert not any(closed["flat"] + closed["butterfly"])


def _closes(relief: Relief, key: Lamp) -> bool:
    placed = lamp.place(relief, key)
    return bool(triangle.find(lamp.target(relief, placed), relief, -1).is_triangle)

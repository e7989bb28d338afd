"""OFIQ-style measures: our 0–100 against the published table, and raw values that mean what they say."""

import csv
import weakref
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight import ofiq_measures as native
from catchlight import plugins
from catchlight.anatomy import Face, Landmarks, Picture
from catchlight.develop import _read
from catchlight.ofiq import MEASURES
from catchlight.ofiq_measures import Aligned, align, aligned
from catchlight.records import Render
from catchlight.sitting import Sitting
from tests.studio import REFERENCE, drawn_face, measure

pytest_plugins = ["tests.studio_fixtures"]

CHECKS = [name for name in plugins.names("catchlight.checks") if name.startswith("ofiq_")]
SIZE = 800


@pytest.fixture(scope="module")
def published(shared: Path) -> list[dict[str, str]]:
    """Return OFIQ's table: per picture the raw value X and 0–100 (X.scalar) of each component."""
    file = shared / "expected" / "ofiq_expected_results.csv"
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter=";"))


@pytest.fixture(scope="module")
def good(company: dict[str, Sitting]) -> Sitting:
    """Return the portrait of a good photo."""
    return company[REFERENCE]


@pytest.mark.parametrize("name", MEASURES)
def test_0_to_100_is_the_published_one_of_every_picture(published: list[dict[str, str]], name: str) -> None:
    """All 28 pictures, all 28 components, to the digit."""
    one = MEASURES[name]
    ours = [one.score(float(row[one.component])) for row in published]
    assert ours == [int(row[f"{one.component}.scalar"]) for row in published]
    assert len(ours) == 28


def test_no_component_is_left_out(published: list[dict[str, str]]) -> None:
    """The table's components are ours; 20 need no further model and are measured."""
    columns = {name for name in published[0] if name and "." not in name} - {"Filename"}
    assert {one.component for one in MEASURES.values()} == columns
    assert sorted(one.code for one in MEASURES.values()) == list(range(0x41, 0x5D))
    assert len(CHECKS) == 20


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_the_scale_of_its_component(check: str) -> None:
    """What a check's score says is what its formula and the component of its name say."""
    module, one = plugins.load("catchlight.checks", check), MEASURES[check.removeprefix("ofiq_")]
    raws = [-60.0, 0.0, 0.03, 0.3, 1.0, 1.7, 8.0, 60.0] if "x^0.3" not in one.formula else [0.0, 0.2, 1.0]
    assert [module.score(raw) for raw in raws] == [one.score(raw) for raw in raws]
    assert one.formula == module.FORMULA
    assert len({module.score(raw) for raw in raws}) > 1


def test_the_distance_of_the_eyes_is_measured_as_the_table_has_it(published: list[dict[str, str]]) -> None:
    """Taken back by our cosine of yaw, the table's eye distances make its crops whole pixels wide."""
    face = drawn_face()
    for row in published:
        turned = replace(face, yaw=float(row["HeadPoseYaw"]))
        stretched = native.inter_eye_distance(turned) / face.eye_distance
        apart = float(row["InterEyeDistance"]) / stretched
        width = apart * sum(float(row[f"{side}wardCropOfTheFaceImage"]) for side in ("Left", "Right"))
        assert width == pytest.approx(round(width), abs=0.02)


def _print(background: int = 200, face: int = 120) -> tuple[Picture, np.ndarray, Landmarks]:
    """Return a drawn portrait: a plain ground, and a grey person with a drawn face."""
    traced, alpha = drawn_face(), np.zeros((SIZE, SIZE), np.float32)
    cv2.ellipse(alpha, (400, 340), (90, 150), 0, 0, 360, 1.0, -1)
    cv2.rectangle(alpha, (200, 460), (600, SIZE), 1.0, -1)
    picture = np.full((SIZE, SIZE, 3), background, np.uint8)
    picture[alpha > 0.5] = face
    return picture, alpha, traced


def _lit(right: int, left: int) -> Aligned:
    """Return a drawn portrait whose halves of the face have two greys."""
    picture, alpha, face = _print()
    picture[:, :400][alpha[:, :400] > 0.5] = right
    picture[:, 400:][alpha[:, 400:] > 0.5] = left
    return align(picture, alpha, face)


def test_the_portrait_is_turned_and_scaled_into_the_square() -> None:
    """Eyes come to their places however the portrait lies, and the cheeks lie below them."""
    picture, alpha, _ = _print()
    for face in (drawn_face(), drawn_face(roll=9.0)):
        marked = picture.copy()
        for eye in (face.right_eye, face.left_eye):
            cv2.circle(marked, [round(float(v)) for v in eye], 3, (255, 0, 0), -1)
        view = align(marked, alpha, face)
        red = np.argwhere((view.picture[..., 0] > 200) & (view.picture[..., 1] < 60))
        assert view.picture.shape == (616, 616, 3)
        assert red[red[:, 1] < 308].mean(0) == pytest.approx([272, 251], abs=8)
        assert red[red[:, 1] > 308].mean(0) == pytest.approx([272, 364], abs=8)
        assert all(rows.start > 272 and rows.stop < 402 for rows, _ in view.cheeks)


def test_a_busy_background_scores_lower() -> None:
    """One shade has no gradient; what is on the person or outside of the portrait does not count."""
    picture, alpha, face = _print()
    plain = native.background_uniformity(align(picture, alpha, face))
    striped = np.where((np.arange(SIZE) // 20 % 2)[None, :, None] > 0, picture, 60).astype(np.uint8)
    busy = np.where(alpha[..., None] > 0.5, picture, striped)
    shirt = np.where(alpha[..., None] > 0.5, striped, picture)
    assert plain == 0
    assert native.background_uniformity(align(shirt, alpha, face)) == pytest.approx(0, abs=0.05)
    assert native.background_uniformity(align(busy, alpha, face)) > 30
    narrow, moved = np.s_[220:600, 260:540], face.moved(np.array([[1, 0, -260], [0, 1, -220.0]]))
    assert native.background_uniformity(align(picture[narrow], alpha[narrow], moved)) == 0
    with pytest.raises(LookupError, match="no background"):
        native.background_uniformity(align(picture, np.ones_like(alpha), face))


def test_side_light_scores_lower_than_even_light() -> None:
    """Cheeks of one grey overlap wholly, of two greys not at all."""
    assert native.illumination_uniformity(_lit(120, 120)) == pytest.approx(1, abs=0.02)
    assert native.illumination_uniformity(_lit(120, 90)) == pytest.approx(0, abs=0.02)


def test_luminance_is_linear() -> None:
    """The grey of 188 is half of white's light; halves of black and white vary as much as can be, in one bit."""
    assert native.luminance_mean(_lit(188, 188)) == pytest.approx(0.5, abs=0.01)
    assert native.luminance_mean(_lit(90, 90)) < native.luminance_mean(_lit(120, 120))
    assert native.luminance_variance(_lit(0, 255)) == pytest.approx(0.25, abs=0.01)
    assert native.dynamic_range(_lit(0, 255)) == pytest.approx(1, abs=0.2)
    assert native.dynamic_range(_lit(120, 120)) == pytest.approx(0, abs=0.01)


def test_exposure_is_counted_at_both_ends() -> None:
    """Up to 25 of 255 in linear light is dark, from 247 on it is burnt."""
    assert [native.under_exposure(_lit(grey, grey)) for grey in (88, 92)] == [1, 0]
    flat = [
        replace(_lit(9, 9), luminance=np.full((616, 616), level, np.uint8)) for level in (25, 26, 246, 247)
    ]
    assert [native.under_exposure(view) for view in flat] == [1, 0, 0, 0]
    assert [native.over_exposure(view) for view in flat] == [0, 0, 0, 1]
    assert native.over_exposure(_lit(120, 255)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("colour", "away"), [((200, 150, 120), 0), ((128, 128, 128), 50**0.5), ((110, 140, 200), 100)]
)
def test_the_colour_of_skin_is_natural_blue_is_not(colour: tuple[int, int, int], away: float) -> None:
    """Skin lies in the range, grey as far from it as a 0 and b 0 are, and blue counts as 100."""
    picture, alpha, face = _print()
    picture[alpha > 0.5] = colour
    assert native.natural_colour(align(picture, alpha, face)) == pytest.approx(away, abs=0.02)


def test_margins_are_measured_by_the_face(good: Sitting) -> None:
    """Eyes 400 from the left of 900 and 300 from the top of 500 pixels, 60 apart, 100 above the chin."""
    room = native.margins(np.zeros((500, 900, 3), np.uint8), drawn_face())
    assert room == pytest.approx({"left": 400 / 60, "right": 500 / 60, "above": 3, "below": 2})
    assert measure("ofiq_margin_above", good) + measure("ofiq_margin_below", good) == pytest.approx(
        1 / measure("ofiq_head_size", good)
    )
    assert measure("ofiq_leftward_crop", good) == pytest.approx(measure("ofiq_rightward_crop", good), rel=0.1)


def test_each_angle_is_its_own(good: Sitting) -> None:
    """Yaw, pitch and roll are not mixed up: 15 degrees either way is 93 of 100."""
    face = replace(good.face, yaw=15.0, pitch=-8.0, roll=0.0)
    turned = replace(good, face=face)
    names = [f"ofiq_{angle}" for angle in ("yaw", "pitch", "roll")]
    scores = [plugins.load("catchlight.checks", n).score(measure(n, turned)) for n in names]
    assert scores == [93, 98, 100]


def test_lids_lips_and_other_faces_are_shares(good: Sitting) -> None:
    """The smaller eye counts, over eye to chin; the second face over the first; alone is 100."""
    t, first = good.subject.face.eye_to_chin, good.subject.faces[0]
    blink = replace(good.subject.face, right_lids=0.08 * t, left_lids=0.02 * t)
    x, y = first.box[:2]
    half = Face((x, y, x + first.area**0.5, y + first.area**0.5 / 2), first.points, 0.9)
    other = replace(good, subject=replace(good.subject, face=blink, faces=[first, half]))
    open_ = replace(good, face=replace(good.face, inner_lips=0.2 * good.face.eye_to_chin))
    assert measure("ofiq_eyes_open", other) == pytest.approx(0.02)
    assert measure("ofiq_single_face", other) == pytest.approx(0.5)
    assert measure("ofiq_single_face", good) == 0
    assert measure("ofiq_mouth_closed", open_) == pytest.approx(0.2)


def test_a_darker_print_reads_darker(good: Sitting) -> None:
    """A portrait printed at a third of its light lowers the mean and raises the dark share; its own is untouched."""
    before = {name: measure(name, good) for name in ("ofiq_luminance_mean", "ofiq_under_exposure")}
    dark = replace(good, portrait=(good.portrait * 0.6).astype(np.uint8))
    assert measure("ofiq_luminance_mean", dark) == pytest.approx(
        before["ofiq_luminance_mean"] * 0.32, rel=0.15
    )
    assert measure("ofiq_under_exposure", dark) > before["ofiq_under_exposure"] + 0.05
    assert {name: measure(name, good) for name in before} == before


def test_official_portraits_score_well_where_a_company_agrees_with_passports(
    company: dict[str, Sitting],
) -> None:
    """A plain ground, one face, open eyes, pixels and room enough; the head is too small for a passport."""
    for name, sitting in company.items():
        scores = {
            check.removeprefix("ofiq_"): plugins.load("catchlight.checks", check).score(
                measure(check, sitting)
            )
            for check in CHECKS
        }
        assert all(0 <= score <= 100 for score in scores.values()), name
        wanted = ("background_uniformity", "single_face", "inter_eye_distance", "over_exposure", "eyes_open", "roll",
                  "leftward_crop", "rightward_crop")  # fmt: skip
        assert min(scores[check] for check in wanted) >= 75, (name, scores)
        assert scores["head_size"] < 30


def test_the_square_is_made_once_and_keeps_no_portrait(good: Sitting) -> None:
    """Twenty checks share it; another portrait never gets the last one's; what is done with is let go."""
    assert aligned(good) is aligned(good)
    other = replace(good, portrait=good.portrait // 2)
    assert aligned(other).luminance.mean() < aligned(good).luminance.mean()
    assert aligned(replace(good, alpha=np.ones_like(good.alpha))).background.sum() == 0
    assert aligned(replace(good, face=other.face.moved(np.array([[1, 0, 40], [0, 1, 0.0]])))) is not aligned(
        good
    )
    aligned(other)
    picture = weakref.ref(other.portrait)
    del other
    assert picture() is None


def test_a_reading_has_its_score_where_there_is_a_scale(good: Sitting) -> None:
    """It is the score of the value as written, so that anybody can compute it from the tables."""
    readings = {reading.check: reading for reading in _read(good, Render("ana", "r", "p"))}
    for name, reading in readings.items():
        module = plugins.load("catchlight.checks", name)
        expected = module.score(reading.value) if hasattr(module, "score") else None
        assert reading.score == expected, name
    assert sum(reading.score is not None for reading in readings.values()) >= 20

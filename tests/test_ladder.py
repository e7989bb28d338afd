"""keep → crop → background → relight: each photo stops at the first rung that meets the preset, and no face is repainted."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from jaxtyping import Bool, Float32

from catchlight import framing, pixels, plate, plugins
from catchlight.anatomy import Picture
from catchlight.config import Crop, Preset
from catchlight.decoding import decode
from catchlight.grade import Grade
from catchlight.ground import Background
from catchlight.judge import limits
from catchlight.ladder import capped
from catchlight.pixels import to_linear, to_srgb
from catchlight.records import Rung
from catchlight.sitting import Sitting, sit
from tests.studio import REFERENCE, Gallery, as_photo, measure, small

pytest_plugins = ["tests.studio_fixtures"]

PLAIN = Background(kind="gradient", colour="#e8eaed", edge="#e0e3e7")
LIT = ("E000298", "T000460")  # whose light the house's becomes


def _on(background: Background) -> Preset:
    return small().model_copy(update={"background": background})


@pytest.fixture(scope="module")
def finished(gallery: Gallery) -> Picture:
    """Return a portrait of the house: square, on a plain ground, in its light."""
    return gallery.sit(gallery.open("E000298").picture, _on(PLAIN)).portrait


def _face(sitting: Sitting) -> Bool[np.ndarray, "h w"]:
    """Return where only the person's face is, without its rim."""
    oval = sitting.face.oval
    outline = np.round((oval - oval.mean(0)) * 0.9 + oval.mean(0)).astype(np.int32)
    hull = cv2.fillPoly(np.zeros(sitting.portrait.shape[:2], np.uint8), [outline], (1,))
    return (hull > 0) & (sitting.alpha == 1) & sitting.seen


def _levelled(sitting: Sitting) -> Picture:
    return framing.level(sitting.subject.picture, sitting.negative.map(sitting.portrait.shape[0]))


def _apart(one: Picture, other: Picture) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize("name", LIT)
def test_our_own_portrait_is_kept(gallery: Gallery, name: str) -> None:
    """Last year's portrait as this year's photo, as a file: nothing but its frame is ever touched."""
    portrait = decode(pixels.jpeg(gallery.sit(gallery.open(name).picture).portrait)).picture
    again = gallery.sit(portrait)
    assert again.change.rung in {Rung.KEEP, Rung.CROP}
    assert again.change == replace(again.change, grade=Grade(), stops=None, around=None)


def test_what_is_right_is_kept_bit_for_bit(gallery: Gallery, finished: Picture) -> None:
    """A portrait that meets the preset comes out as it went in."""
    again = gallery.sit(finished, _on(PLAIN))
    assert again.change.rung == Rung.KEEP
    assert np.array_equal(again.portrait, finished)
    assert again.change.grade == Grade()


def test_what_is_only_framed_wrongly_is_only_cropped(gallery: Gallery) -> None:
    """The head too small and aside: it is moved into its place, and every pixel of it is the photo's."""
    aside = _on(PLAIN).model_copy(
        update={"crop": Crop(head=0.56, head_low=0.54, head_high=0.58, eye_line=0.46, centre=0.45)}
    )
    done = gallery.sit(gallery.sit(gallery.open("E000298").picture, aside).portrait, _on(PLAIN))
    assert done.change.rung == Rung.CROP
    assert done.change.grade == Grade()
    assert abs(measure("centre", done)) <= 1
    assert np.array_equal(done.portrait[done.seen], _levelled(done)[done.seen])


def test_what_only_stands_before_another_ground_gets_a_new_one(gallery: Gallery, finished: Picture) -> None:
    """The light is right, so the face keeps it: photo and portrait agree within 2 levels."""
    done = gallery.sit(finished, _on(Background(kind="solid", colour="#5b7a99")))
    assert (done.change.rung, done.change.stops) == (Rung.BACKGROUND, None)
    assert measure("background_colour", done) <= 1
    where = _face(done)
    graded = to_srgb(done.grade.apply(to_linear(_levelled(done))))
    assert _apart(graded[where], done.portrait[where]) <= 2
    assert _apart(_levelled(done)[where], done.portrait[where]) <= 8


def test_a_photo_in_another_light_is_relit(company: dict[str, Sitting]) -> None:
    """Wherever the photo's light is read well and is not the preset's."""
    for name, sitting in company.items():
        readable = measure("light_unexplained", sitting) <= (
            limits(sitting.preset)["light_unexplained"].high or 0
        )
        assert sitting.change.rung == (Rung.RELIGHT if readable else Rung.BACKGROUND), name


def _shoulder(linear: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Bend what lies above 0.8 towards 1, all channels by one scalar."""
    peak = np.maximum(linear.max(-1, keepdims=True), 1e-6)
    bent = np.where(peak > 0.8, 0.8 + 0.2 * (peak - 0.8) / (peak - 0.6), peak)
    return np.asarray(linear * (bent / peak), np.float32)


def test_no_face_is_repainted(company: dict[str, Sitting]) -> None:
    """On all of the face the portrait is the levelled photo times the recorded light and gains, within 2 levels."""
    for name, sitting in company.items():
        height, where, change = sitting.portrait.shape[0], _face(sitting), sitting.change
        assert where.sum() > 0.08 * where.size, name
        linear = to_linear(_levelled(sitting)) * np.float32(2**change.grade.stops)
        linear *= np.array(change.grade.gains, np.float32)
        if change.stops is not None:
            linear *= np.exp2(plate.enlarge(change.stops, height, height))[..., None]
            linear = _shoulder(linear)
        assert _apart(to_srgb(linear)[where], sitting.portrait[where]) <= 2, name


def test_the_recorded_light_is_too_coarse_to_paint_with(company: dict[str, Sitting]) -> None:
    """It changes by a fraction of a stop from one hundredth of the head to the next: no feature could be drawn."""
    for name, sitting in company.items():
        if sitting.change.stops is not None:
            assert sitting.change.stops.shape[0] <= 160, name
            steep = np.hypot(*np.gradient(sitting.change.stops))
            assert np.percentile(steep, 99.5) < 0.5, name


@pytest.mark.parametrize("cap", [Rung.KEEP, Rung.CROP, Rung.BACKGROUND])
@pytest.mark.parametrize("by", ["person", "preset"])
def test_no_photo_is_changed_further_than_it_may(gallery: Gallery, cap: Rung, by: str) -> None:
    """A photo that asks for all of it, capped by the person or by the preset; what was not done is flagged."""
    photo, preset = gallery.open(REFERENCE).picture, small()
    if by == "person":
        done = sit(as_photo(photo), preset, gallery.studio, cap=cap)
    else:
        done = gallery.sit(photo, preset.model_copy(update={"rung": cap}))
    assert (done.change.rung, done.change.stops) == (cap, None)
    flagged = {name for name in ("light_away", "background_colour", "head") if _outside(name, done)}
    assert (
        flagged
        == {
            Rung.KEEP: {"light_away", "background_colour", "head"},
            Rung.CROP: {"light_away", "background_colour"},
            Rung.BACKGROUND: {"light_away"},
        }[cap]
    )
    if cap != Rung.BACKGROUND:
        assert np.array_equal(done.portrait[done.seen], _levelled(done)[done.seen])


def _outside(name: str, sitting: Sitting) -> bool:
    limit, value = limits(sitting.preset)[name], measure(name, sitting)
    return value < (limit.low if limit.low is not None else -np.inf) or value > (limit.high or np.inf)


def test_a_kept_photo_can_be_read_by_every_check(gallery: Gallery) -> None:
    """Upright, not square, as it came: every check gives a value or says what it lacks."""
    kept = sit(gallery.open("T000460"), small(), gallery.studio, cap=Rung.KEEP)
    height, width = kept.subject.picture.shape[:2]
    assert kept.master.shape[1] / kept.master.shape[0] == pytest.approx(width / height, rel=0.01)
    lacking = {"photo_age", "likeness_newest"}
    for name in plugins.names("catchlight.checks"):
        if name in lacking:
            continue
        assert np.isfinite(measure(name, kept)), name


def test_the_lowest_cap_counts() -> None:
    """Of what is wanted, allowed to the person and allowed by the preset."""
    assert capped(Rung.RELIGHT, Rung.GENERATE, Rung.BACKGROUND) == Rung.BACKGROUND
    assert capped(Rung.CROP, Rung.BACKGROUND) == Rung.CROP
    assert capped(Rung.KEEP, Rung.RELIGHT) == Rung.KEEP
    assert capped(Rung.GENERATE) == Rung.GENERATE

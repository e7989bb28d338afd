"""Whether two pictures show the same face: by pixels, as by default, and by a recogniser."""

import csv
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight import pixels
from catchlight.anatomy import Picture, Recogniser
from catchlight.decoding import decode
from catchlight.engines import face_pixels
from catchlight.judge import limits
from catchlight.models import ModelStore
from catchlight.pixels import to_linear, to_srgb
from catchlight.sitting import Sitting
from catchlight.studio import Studio
from catchlight.subject import look
from tests.studio import REFERENCE, TEN, Gallery, as_photo

pytest_plugins = ["tests.studio_fixtures"]


def _pairs(shared: Path) -> list[tuple[str, str, bool]]:
    """Return every sixth of the labelled pairs: some twenty of the same person, twenty of two."""
    with (shared / "pairs" / "pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    split = [[r for r in rows if r["same_person"] == value] for value in "10"]
    chosen = [row for half in split for row in islice(half, 0, None, 6)]
    return [(r["file_a"], r["file_b"], r["same_person"] == "1") for r in chosen]


def _known(recogniser: Recogniser, picture: Picture, studio: Studio) -> object:
    """Describe the person of a picture."""
    return recogniser.describe(picture, look(as_photo(picture), studio).face.as_face)


def test_the_same_person_is_told_from_two(gallery: Gallery, recogniser: Recogniser, shared: Path) -> None:
    """Over 42 labelled pairs, years and cameras apart, the recogniser's threshold makes no error."""
    pairs = _pairs(shared)
    assert sum(same for *_, same in pairs) >= 20
    assert sum(not same for *_, same in pairs) >= 20
    files = {file for *both, _ in pairs for file in both}
    pictures = {file: decode((shared / "pairs" / file).read_bytes()).picture for file in files}
    known = {file: _known(recogniser, picture, gallery.studio) for file, picture in pictures.items()}
    wrong = [(a, b) for a, b, same in pairs
             if (recogniser.distance(known[a], known[b]) < recogniser.SAME_BELOW) != same]  # fmt: skip
    assert wrong == []


def _developed(picture: Picture) -> dict[str, Picture]:
    """Return what developing may do to a face: smaller, larger, lighter, darker, softer, compressed."""
    less = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    return {
        "smaller": less,
        "enlarged": cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC),
        "lighter": to_srgb(to_linear(picture) * np.float32(1.3)),
        "darker": to_srgb(to_linear(picture) * np.float32(0.6)),
        "a little softer": cv2.GaussianBlur(picture, (0, 0), 1),
        "compressed": decode(pixels.jpeg(picture, quality=60)).picture,
    }


@pytest.mark.parametrize("engine", ["face_pixels", "dlib_resnet"])
def test_a_developed_face_is_the_same_face(gallery: Gallery, recogniser: Recogniser, engine: str) -> None:
    """Nothing that developing does comes near the limit for the same person, by either engine."""
    compare = recogniser if engine == "dlib_resnet" else gallery.studio.recogniser
    picture = gallery.open(REFERENCE).picture
    who = _known(compare, picture, gallery.studio)
    for change, developed in _developed(picture).items():
        assert compare.distance(who, _known(compare, developed, gallery.studio)) < 0.5 * compare.SAME_BELOW, (
            change
        )


def test_another_face_is_another_person(gallery: Gallery, recogniser: Recogniser) -> None:
    """Six people are six people, by either engine."""
    for compare in (gallery.studio.recogniser, recogniser):
        known = [_known(compare, gallery.open(name).picture, gallery.studio) for name in TEN[:6]]
        apart = [compare.distance(a, b) for i, a in enumerate(known) for b in known[:i]]
        assert min(apart) > compare.SAME_BELOW


def test_two_who_look_alike_are_still_two(gallery: Gallery) -> None:
    """A portrait of the most similar other person of 44 does not pass for one's own."""
    compare = gallery.studio.recogniser
    first, second = (
        _known(compare, gallery.open(name).picture, gallery.studio) for name in ("E000299", "L000595")
    )
    assert compare.distance(first, second) > compare.SAME_BELOW


def test_a_slimmed_face_is_noticed(company: dict[str, Sitting]) -> None:
    """A face that an engine made slimmer passes the limit for a person to look: no rung reshapes faces."""
    sitting, studio = company[REFERENCE], company[REFERENCE].subject
    picture, face = sitting.portrait, sitting.face
    y, x = np.indices(picture.shape[:2]).astype(np.float32)
    narrow = 0.2 * np.exp(-(((y - face.chin[1]) / face.eye_to_chin) ** 2))
    slim = cv2.remap(picture, (x + (x - face.nose[0]) * narrow).astype(np.float32), y, cv2.INTER_LINEAR)
    compare = face_pixels.Engine(face_pixels.Settings(), ModelStore(Path("unused")))
    before = compare.describe(studio.picture, studio.face.as_face)
    apart = compare.distance(before, compare.describe(slim, face.as_face)) / compare.SAME_BELOW
    assert 100 * apart > (limits(sitting.preset)["likeness"].high or 0)


@pytest.mark.parametrize("engine", ["face_pixels", "dlib_resnet"])
def test_a_face_at_the_edge_can_be_described(gallery: Gallery, recogniser: Recogniser, engine: str) -> None:
    """A photo cut through the face's rim still gives a descriptor of the same person."""
    compare = recogniser if engine == "dlib_resnet" else gallery.studio.recogniser
    picture = gallery.open(REFERENCE).picture
    face = look(as_photo(picture), gallery.studio).face
    left = int(face.oval[:, 0].min()) + 4
    cut = np.ascontiguousarray(picture[:, left:])
    moved = face.moved(np.array([[1.0, 0, -left], [0, 1, 0]]))
    whole, part = (
        compare.describe(picture, face.as_face),
        compare.describe(cut, moved.as_face),
    )
    assert compare.distance(whole, part) < 0.65 * compare.SAME_BELOW

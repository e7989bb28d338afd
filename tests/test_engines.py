"""The built-in engines on real faces: found, traced, separated and compared, whichever way they are held."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from catchlight.anatomy import Face, Landmarks, Picture
from catchlight.config import Engines
from catchlight.decoding import decode
from catchlight.errors import ConfigError, PhotoError
from catchlight.models import ModelStore
from catchlight.studio import Studio
from catchlight.subject import look
from tests.studio import REFERENCE, Gallery, as_photo, small

pytest_plugins = ["tests.studio_fixtures"]

SOME = ("A000148", "C000537", "E000298", "O000174", "T000460", "icpsr021132", "icpsr021137", "icpsr021904",
        "B001257", "L000557", "S001156", "W000437")  # fmt: skip
PARTS = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left", "chin")


def _mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


@pytest.fixture(scope="module")
def traced(gallery: Gallery) -> list[tuple[Landmarks, Landmarks, int]]:
    """Return the landmarks of twelve portraits, of their mirror images, and the width of each."""
    pictures = [gallery.open(name).picture for name in SOME]
    both = [
        [look(as_photo(p), gallery.studio).face for p in (picture, _mirrored(picture))]
        for picture in pictures
    ]
    return [(face, mirror, p.shape[1]) for (face, mirror), p in zip(both, pictures, strict=True)]


def test_parts_have_their_names(traced: list[tuple[Landmarks, Landmarks, int]]) -> None:
    """The person's right is on the picture's left; from brow to chin the parts come in order."""
    for face, _, _ in traced:
        assert face.right_eye[0] < face.nose[0] < face.left_eye[0]
        assert face.mouth_right[0] < face.mouth_left[0]
        rows = [face.brow_top[1], face.eyes[1], face.nose[1], face.mouth_left[1], face.chin[1]]
        assert rows == sorted(rows)
        low, high = face.oval.min(0), face.oval.max(0)
        assert all(
            (low <= getattr(face, part)).all() and (getattr(face, part) <= high).all() for part in PARTS
        )
        assert face.score > 0.5


def test_a_mirrored_face_has_mirrored_parts(traced: list[tuple[Landmarks, Landmarks, int]]) -> None:
    """Left becomes right within 4 % of the eye-to-chin length, chin and brow stay; each eye is as open as it was."""
    other = {
        "right_eye": "left_eye",
        "left_eye": "right_eye",
        "mouth_right": "mouth_left",
        "mouth_left": "mouth_right",
    }
    for face, mirror, width in traced:
        for part in (*PARTS, "brow_top"):
            x, y = getattr(mirror, other.get(part, part))
            away = np.hypot(*(np.array([width - 1 - x, y]) - getattr(face, part)))
            assert away < 0.045 * face.eye_to_chin, part
    sides = (("right_lids", "left_lids"), ("left_lids", "right_lids"))
    lids = [
        abs(getattr(mirror, b) - getattr(face, a)) / face.eye_to_chin
        for face, mirror, _ in traced
        for a, b in sides
    ]
    assert np.mean(lids) < 0.006


def test_angles_have_their_signs(traced: list[tuple[Landmarks, Landmarks, int]]) -> None:
    """In a mirror, yaw and roll change sign and pitch does not; official portraits look straight ahead."""
    for face, mirror, _ in traced:
        assert mirror.yaw == pytest.approx(-face.yaw, abs=3)
        assert mirror.roll == pytest.approx(-face.roll, abs=2.5)
        assert mirror.pitch == pytest.approx(face.pitch, abs=3.5)
    yaw, pitch, roll = (
        np.array([getattr(face, a) for face, _, _ in traced]) for a in ("yaw", "pitch", "roll")
    )
    assert np.abs(roll).mean() < 5
    assert abs(np.median(pitch)) < 6
    assert np.abs(yaw).max() < 25


def test_turning_to_the_left_is_positive(traced: list[tuple[Landmarks, Landmarks, int]]) -> None:
    """With the person's head turned to their left, the nose is nearer to the picture's right edge of the face."""
    yaw = [face.yaw for face, _, _ in traced]
    nose = [float((face.nose[0] - face.oval[:, 0].mean()) / np.ptp(face.oval[:, 0])) for face, _, _ in traced]
    assert np.corrcoef(yaw, nose)[0, 1] > 0.9


def test_looking_up_is_positive(traced: list[tuple[Landmarks, Landmarks, int]]) -> None:
    """With the head raised, the nose is nearer to the eyes."""
    pitch = [face.pitch for face, _, _ in traced]
    nose = [
        float((face.nose - face.eyes) @ (face.chin - face.eyes) / face.eye_to_chin**2)
        for face, _, _ in traced
    ]
    assert np.corrcoef(pitch, nose)[0, 1] < -0.5


@pytest.mark.parametrize("degrees", [-35, -15, 15, 35])
def test_a_turned_picture_turns_the_landmarks(gallery: Gallery, degrees: int) -> None:
    """Points follow within 4 % of the eye-to-chin length, the roll within 1.5°."""
    picture = gallery.open(REFERENCE).picture
    size = picture.shape[1], picture.shape[0]
    turn = cv2.getRotationMatrix2D((size[0] / 2, 0.4 * size[1]), degrees, 1)
    tilted = cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE)
    straight, found = (look(as_photo(p), gallery.studio).face for p in (picture, tilted))
    wanted = straight.moved(turn)
    assert found.roll == pytest.approx(wanted.roll, abs=1.5)
    away = [np.hypot(*(getattr(found, part) - getattr(wanted, part))) for part in PARTS]
    assert max(away) < 0.04 * straight.eye_to_chin


@pytest.mark.parametrize("times", [0.3, 3.0])
def test_size_does_not_matter(gallery: Gallery, times: float) -> None:
    """A small and a large copy give the same landmarks, in their own pixels."""
    picture = gallery.open(REFERENCE).picture
    how = cv2.INTER_AREA if times < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(picture, None, fx=times, fy=times, interpolation=how)
    face, found = (look(as_photo(p), gallery.studio).face for p in (picture, resized))
    away = [np.hypot(*(getattr(found, part) / times - getattr(face, part))) for part in PARTS]
    assert max(away) < 0.06 * face.eye_to_chin


def test_the_same_picture_gives_the_same_answer_and_stays_as_it_is(gallery: Gallery) -> None:
    """No engine keeps anything from one picture to the next, and none writes into a picture."""
    picture, other = gallery.open(REFERENCE).picture, gallery.open("O000174").picture
    picture.flags.writeable = False
    studio = gallery.studio
    first = studio.finder.find(picture)[0]
    marks, mask = studio.tracer.trace(picture, first), studio.segmenter.segment(picture)
    who = studio.recogniser.describe(picture, marks.as_face)
    look(as_photo(other), studio)
    studio.segmenter.segment(other)
    again = studio.finder.find(picture)[0]
    assert (again.box, again.score) == (first.box, first.score)
    assert np.array_equal(studio.tracer.trace(picture, first).mesh, marks.mesh)
    assert np.array_equal(studio.segmenter.segment(picture), mask)
    again_who = studio.recogniser.describe(picture, marks.as_face)
    assert studio.recogniser.distance(who, again_who) == pytest.approx(0, abs=1e-6)


def test_a_person_and_their_mirror_image_have_one_outline(gallery: Gallery) -> None:
    """What a segmenter says of one side more than of the other is averaged out."""
    picture = gallery.open(REFERENCE).picture
    picture = np.ascontiguousarray(picture[:, : picture.shape[1] // 256 * 256])
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    mask, other = (gallery.studio.segmenter.segment(one) for one in (picture, mirrored))
    assert 0.1 < mask.mean() < 0.9
    assert np.abs(mask - other[:, ::-1]).max() < 0.02


def test_everyone_in_the_photo_is_found_largest_first(gallery: Gallery, shared: Path) -> None:
    """Two people are two faces, in the order of their size."""
    large = gallery.open(REFERENCE).picture[:480]
    less = cv2.resize(gallery.open("T000460").picture, (240, 300), interpolation=cv2.INTER_AREA)
    both = np.full((480, 720, 3), 200, np.uint8)
    both[:, 240:], both[100:400, :240] = large, less
    faces = gallery.studio.finder.find(both)
    assert len(faces) == 2
    assert faces[0].area > 1.3 * faces[1].area
    assert faces[0].box[0] > 240 > faces[1].box[2]
    group = gallery.studio.finder.find(
        decode((shared / "hard" / "group_many_faces.png").read_bytes()).picture
    )
    assert len(group) > 10
    assert [face.area for face in group] == sorted((face.area for face in group), reverse=True)


@pytest.mark.parametrize("name", ["no_face_cat.png", "no_face_placeholder.png", "autocrop_noise.png"])
def test_where_nobody_is_nobody_is_found(gallery: Gallery, shared: Path, name: str) -> None:
    """A cat, a placeholder and noise are no people, and the reason says what to send."""
    with pytest.raises(PhotoError, match="send a photo") as caught:
        look(decode((shared / "hard" / name).read_bytes()), gallery.studio)
    assert caught.value.reason in ("face.none", "face.unclear")


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3)])
def test_a_picture_of_odd_shape_breaks_nothing(gallery: Gallery, shape: tuple[int, int]) -> None:
    """Slivers are searched like any other picture."""
    assert gallery.studio.finder.find(np.full((*shape, 3), 128, np.uint8)) == []


def test_a_wall_has_no_landmarks(gallery: Gallery) -> None:
    """Asked to trace a face where none is, the tracer refuses instead of drawing one."""
    wall = np.full((300, 300, 3), (200, 190, 180), np.uint8)
    five = np.array([[120, 130], [180, 130], [150, 160], [130, 190], [170, 190]], np.float32)
    with pytest.raises(PhotoError) as caught:
        gallery.studio.tracer.trace(wall, Face((90, 80, 210, 230), five, 0.9))
    assert caught.value.reason == "face.unclear"


def test_people_are_separated_from_what_is_behind(gallery: Gallery) -> None:
    """Sure of the face, sure of the upper corners, a share between 0 and 1 everywhere, at the picture's size."""
    for name in SOME[:4]:
        picture = gallery.open(name).picture
        mask = gallery.studio.segmenter.segment(picture)
        face = look(as_photo(picture), gallery.studio).face
        x, y = face.nose.astype(int)
        assert mask.shape == picture.shape[:2]
        assert 0 <= mask.min() <= mask.max() <= 1
        assert mask[y - 20 : y + 20, x - 20 : x + 20].min() > 0.9, name
        assert max(mask[:15, :15].max(), mask[:15, -15:].max()) < 0.2, name


def test_an_engine_is_loaded_once(studio: Studio) -> None:
    """Warm engines are used again; nothing is loaded a second time."""
    assert studio.finder is studio.finder
    before = {job: getattr(studio, job) for job in ("finder", "tracer", "segmenter", "recogniser")}
    studio.warm()
    assert all(getattr(studio, job) is engine for job, engine in before.items())


def test_missing_models_are_told_before_the_first_photo(tmp_path: Path) -> None:
    """The file and the command that brings it stand in the error."""
    with pytest.raises(ConfigError, match=r"yunet.*catchlight models fetch"):
        Studio(small(), ModelStore(tmp_path)).warm()


def test_an_option_reaches_its_engine(gallery: Gallery, models: ModelStore) -> None:
    """A detector that must be surer finds fewer faces."""
    strict = small().model_copy(update={"engines": Engines(options={"yunet": {"score": 0.999}})})
    picture = gallery.open(REFERENCE).picture
    assert gallery.studio.finder.find(picture)
    assert Studio(strict, models).finder.find(picture) == []

"""Expression is geometry: where the irises and the mouth's corners are, however the head is held; none of it counts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from catchlight import ledger, plugins
from catchlight.anatomy import Eye, Landmarks, Picture
from catchlight.config import Limit, load_preset
from catchlight.engines import facemesh, insightface
from catchlight.errors import ConfigError
from catchlight.judge import judge, limits
from catchlight.models import ModelStore
from catchlight.records import Reading, Render
from catchlight.sitting import Sitting
from catchlight.subject import look
from tests import standin_onnx
from tests.studio import REFERENCE, Gallery, as_photo, measure

pytest_plugins = ["tests.studio_fixtures"]

EXPRESSION = ("gaze", "mouth_corners", "eyes_open", "mouth_open")
NEVER = [name for name in EXPRESSION if hasattr(plugins.load("catchlight.checks", name), "NEVER_COUNTS")]


@pytest.fixture(scope="module")
def good(company: dict[str, Sitting]) -> Sitting:
    """Return the portrait of a good photo."""
    return company[REFERENCE]


def _with(sitting: Sitting, face: Landmarks) -> Sitting:
    """Return the sitting with another face in the photo."""
    return replace(sitting, subject=replace(sitting.subject, face=face))


def _eyes(sitting: Sitting) -> tuple[Eye, Eye]:
    face = sitting.subject.face
    assert face.right_detail
    assert face.left_detail
    return face.right_detail, face.left_detail


def _looking(sitting: Sitting, *, aside: float = 0, up: float = 0) -> dict[str, Any]:
    """Return both eyes with the iris moved by shares of the eye's width and of its opening."""
    right, left = (
        replace(
            e, iris=e.iris + np.float32(aside) * (e.left - e.right) + np.float32(up) * (e.upper - e.lower)
        )
        for e in _eyes(sitting)
    )
    return {"right_detail": right, "left_detail": left}


def test_each_eye_is_found_with_its_parts(company: dict[str, Sitting]) -> None:
    """Corners on their sides, the iris between them and between the lids; the nose's corner is where the mesh has it."""
    off = []
    for name, sitting in company.items():
        face, mesh = sitting.subject.face, sitting.subject.face.mesh[:, :2]
        right, left = _eyes(sitting)
        for eye, centre in ((right, face.right_eye), (left, face.left_eye)):
            assert eye.right[0] < eye.iris[0] < eye.left[0], name
            assert eye.upper[1] < eye.iris[1] < eye.lower[1], name
            assert np.linalg.norm(eye.iris - centre) < 0.1 * face.eye_to_chin, name
        inner = ((right.left, mesh[facemesh.RIGHT_CORNERS[1]]), (left.right, mesh[facemesh.LEFT_CORNERS[0]]))
        width = np.linalg.norm(right.left - right.right)
        off += [float(np.linalg.norm(seen - there) / width) for seen, there in inner]
    assert np.median(off) < 0.09


def test_a_quick_trace_knows_no_irises(good: Sitting, gallery: Gallery) -> None:
    """The portrait is traced without the closer look: its eyes are None, not a guess; the lips are known."""
    assert good.face.right_detail is good.face.left_detail is None
    assert good.face.lips is not None
    face = gallery.studio.tracer.trace(good.portrait, good.face.as_face)
    assert face.right_detail is not None


@pytest.mark.parametrize("check", EXPRESSION)
@pytest.mark.parametrize(("turn", "scale"), [(0, 3.0), (28, 1.0), (-40, 0.4)])
def test_expression_does_not_depend_on_how_the_photo_is_held(
    company: dict[str, Sitting], check: str, turn: float, scale: float
) -> None:
    """Turned, enlarged and shifted, a face reads the same; both eyes move along with it."""
    matrix = cv2.getRotationMatrix2D((100, 80), turn, scale) + np.array([[0, 0, 17], [0, 0, -9]])
    for name, sitting in company.items():
        moved = _with(sitting, sitting.subject.face.moved(matrix))
        assert measure(check, moved) == pytest.approx(measure(check, sitting), abs=0.02), name
    iris = matrix[:, :2] @ _eyes(sitting)[0].iris + matrix[:, 2]
    assert _eyes(moved)[0].iris == pytest.approx(iris, abs=0.01)


@pytest.mark.parametrize("raised", [-0.1, 0.06])
def test_raised_corners_read_higher(good: Sitting, raised: float) -> None:
    """By the share of the mouth's width that they are raised by, in the direction of the head's own up."""
    face = good.subject.face.moved(cv2.getRotationMatrix2D((200, 200), 20, 1))
    across = face.left_eye - face.right_eye
    up = np.array([across[1], -across[0]]) / np.linalg.norm(across)
    lift = (raised * np.linalg.norm(face.mouth_left - face.mouth_right) * up).astype(np.float32)
    higher = replace(face, mouth_right=face.mouth_right + lift, mouth_left=face.mouth_left + lift)
    change = measure("mouth_corners", _with(good, higher)) - measure("mouth_corners", _with(good, face))
    assert change == pytest.approx(100 * raised, abs=0.05)


def _pulled(
    picture: Picture, face: Landmarks, points: list[np.ndarray], by: np.ndarray, reach: float
) -> Picture:
    """Return the picture with what is near some points pulled along by a vector."""
    y, x = np.indices(picture.shape[:2]).astype(np.float32)
    near = sum(
        np.exp(-(((x - px) ** 2 + (y - py) ** 2) / (2 * (reach * face.eye_to_chin) ** 2)))
        for px, py in points
    )
    to_x, to_y = (np.asarray(axis - step * near, np.float32) for axis, step in ((x, by[0]), (y, by[1])))
    return cv2.remap(picture, to_x, to_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _read(picture: Picture, check: str, sitting: Sitting, gallery: Gallery) -> float:
    """Trace another picture of the same person, and measure."""
    return measure(check, _with(sitting, look(as_photo(picture), gallery.studio).face))


@pytest.mark.parametrize("way", [-1, 1])
def test_eyes_that_look_aside_are_seen_in_the_pixels(good: Sitting, gallery: Gallery, way: int) -> None:
    """With the irises of a photo pulled aside, the reading follows to that side."""
    face, (right, left) = good.subject.face, _eyes(good)
    by = 0.16 * way * (right.left - right.right)
    aside = _pulled(good.subject.picture, face, [right.iris, left.iris], by, 0.05)
    assert way * (_read(aside, "gaze", good, gallery) - measure("gaze", good)) > 3


@pytest.mark.parametrize("way", [-1, 1])
def test_corners_that_are_pulled_are_seen_in_the_pixels(good: Sitting, gallery: Gallery, way: int) -> None:
    """With the corners of a mouth pulled up or down, the reading follows."""
    face = good.subject.face
    by = np.array([0, -0.08 * way * face.eye_to_chin])
    pulled = _pulled(good.subject.picture, face, [face.mouth_right, face.mouth_left], by, 0.12)
    assert way * (_read(pulled, "mouth_corners", good, gallery) - measure("mouth_corners", good)) > 2


def test_official_portraits_look_into_the_camera(company: dict[str, Sitting]) -> None:
    """Ten people of whom all do read near 0, turned heads as well, and in a mirror the other way round."""
    readings = [measure("gaze", sitting) for sitting in company.values()]
    assert np.abs(readings).max() < 6
    assert abs(np.mean(readings)) < 2


def test_gaze_changes_sign_in_a_mirror(good: Sitting, gallery: Gallery) -> None:
    """To the person's left is positive."""
    face, (right, left) = good.subject.face, _eyes(good)
    aside = _pulled(
        good.subject.picture, face, [right.iris, left.iris], 0.16 * (right.left - right.right), 0.05
    )
    there = _read(aside, "gaze", good, gallery)
    assert _read(np.ascontiguousarray(aside[:, ::-1]), "gaze", good, gallery) == pytest.approx(
        -there, abs=2.5
    )


@pytest.mark.parametrize("aside", [-0.15, 0.1])
def test_gaze_is_in_percent_of_the_eye(good: Sitting, aside: float) -> None:
    """Irises moved by a share of the eye's width move the reading by as much."""
    face, before = good.subject.face, measure("gaze", good)
    moved = replace(face, **_looking(good, aside=aside))
    assert measure("gaze", _with(good, moved)) == pytest.approx(before + 100 * aside, abs=0.1)


def test_a_head_that_turns_while_the_eyes_stay_on_the_camera_reads_the_same(good: Sitting) -> None:
    """At a turn of 20° to the left the irises lie some 7 % to the right: that is still into the camera."""
    face, before = good.subject.face, measure("gaze", good)
    further = 20 * (np.sin(np.radians(face.yaw + 20)) - np.sin(np.radians(face.yaw)))
    turned = replace(face, yaw=face.yaw + 20, **_looking(good, aside=-further / 100))
    assert measure("gaze", _with(good, turned)) == pytest.approx(before, abs=0.05)


def test_one_eye_is_enough_and_a_patch_is_not_an_eye(good: Sitting) -> None:
    """Where one iris cannot be made out the other is read alone, without a bias; where none can, that is said."""
    face, before = good.subject.face, measure("gaze", good)
    covered = _looking(good, up=0.6)
    for side in covered:
        alone = _with(good, replace(face, **{side: covered[side]}))
        assert measure("gaze", alone) == pytest.approx(before, abs=4), side
    for nothing in (covered, dict.fromkeys(covered)):
        with pytest.raises(LookupError, match="irises cannot be made out"):
            measure("gaze", _with(good, replace(face, **nothing)))


def test_the_eye_patch_of_a_congressman_is_not_read(gallery: Gallery, good: Sitting) -> None:
    """He looks into the camera with one eye, and reads so."""
    picture = gallery.open("C001120").picture
    assert abs(_read(picture, "gaze", good, gallery)) < 8


def test_insightface_knows_the_lips_and_no_irises(good: Sitting, tmp_path: Path) -> None:
    """From 68 points: the mouth's middle is between its inner lips, corners raised are told, gaze is not."""
    points = standin_onnx.head()
    readings = []
    for raised in (0, 0.05):
        points[[48, 54], 1] -= raised
        pack = standin_onnx.write_pack(
            tmp_path / f"pack{raised}",
            standin_onnx.files() | {"1k3d68.onnx": standin_onnx.landmarks68(points)},
        )
        engine = insightface.Engine(insightface.Settings(pack=pack), ModelStore(tmp_path))
        photo = standin_onnx.picture(2)
        face = engine.trace(photo, engine.find(photo)[0])
        readings.append(measure("mouth_corners", _with(good, face)))
    width = points[54, 0] - points[48, 0]
    assert readings[1] - readings[0] == pytest.approx(100 * 0.05 / width, rel=0.1)
    assert face.right_detail is face.left_detail is None
    with pytest.raises(LookupError, match="irises"):
        measure("gaze", _with(good, face))


def test_a_tracer_without_lips_says_so(good: Sitting) -> None:
    """What was not seen has no value."""
    with pytest.raises(LookupError, match="middle of the lips"):
        measure("mouth_corners", _with(good, replace(good.subject.face, lips=None)))


def _outcome(**values: float) -> str:
    """Return what the judge makes of a person with these readings."""
    preset = load_preset("house")
    held_to = limits(preset)
    readings = [
        Reading("ana", "r", name, v, held_to[name].low, held_to[name].high) for name, v in values.items()
    ]
    done = judge(ledger.table(Render, [Render("ana", "r", "p")]), ledger.table(Reading, readings), preset)
    return str(done["outcome"][0])


def test_neither_a_smile_nor_where_eyes_point_ever_counts() -> None:
    """However far a mouth and eyes are from everybody else's, the portrait is accepted."""
    for value in (-60.0, 60.0):
        assert _outcome(gaze=value, mouth_corners=value, mouth_open=abs(value)) == "accept"


@pytest.mark.parametrize("check", NEVER)
@pytest.mark.parametrize("wish", [{"outcome": "review"}, {"outcome": "retake", "low": 3.0}])
def test_no_preset_can_make_it_count(check: str, wish: dict[str, Any]) -> None:
    """A preset that asks people to smile, or to look straight, is refused by name."""
    strict = load_preset("house").model_copy(update={"checks": {check: Limit(**wish)}})
    with pytest.raises(ConfigError, match=rf"checks\.{check}"):
        limits(strict)


def test_what_never_counts_is_said_in_the_checks() -> None:
    """The corners of the mouth and the gaze are held to it."""
    assert {"gaze", "mouth_corners"} <= set(NEVER)


def test_no_check_speaks_of_feelings() -> None:
    """Geometry only: no word for a mood or a trait is shown to anybody."""
    never = (
        "happy",
        "sad",
        "angry",
        "friendly",
        "mood",
        "emotion",
        "trustworth",
        "confident",
        "serious",
    )
    for name in plugins.names("catchlight.checks"):
        check = plugins.load("catchlight.checks", name)
        said = " ".join([check.TITLE, *check.SENTENCES.values()]).lower()
        assert not [word for word in never if word in said], name

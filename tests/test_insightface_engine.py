"""The insightface engine, through the real FaceAnalysis, on small stand-in networks."""

from pathlib import Path

import numpy as np
import pytest

from catchlight.anatomy import Face
from catchlight.engines import insightface
from catchlight.errors import PhotoError
from catchlight.models import ModelStore
from tests import standin_onnx
from tests.standin_onnx import picture, write_pack

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:insightface")


def _engine(pack: Path) -> insightface.Engine:
    return insightface.Engine(insightface.Settings.model_validate({"pack": pack}), ModelStore(Path("unused")))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> insightface.Engine:
    """Return an engine that knows one frontal face."""
    return _engine(write_pack(tmp_path_factory.mktemp("it") / "pack", standin_onnx.files()))


def _turned(tmp_path: Path, **angles: float) -> insightface.Engine:
    return _engine(write_pack(tmp_path / "pack", standin_onnx.files(**angles)))


def test_a_face_is_found_where_it_is(engine: insightface.Engine) -> None:
    """Box, the five points and the score come in the picture's own pixels."""
    (face,) = engine.find(picture(1))
    assert face.box == pytest.approx((80, 72, 240, 232), abs=0.01)
    assert face.points == pytest.approx(standin_onnx.five_points(standin_onnx.head()), abs=0.01)
    assert face.score == pytest.approx(0.9)


def test_a_large_picture_keeps_its_own_coordinates(engine: insightface.Engine) -> None:
    """What the detector sees at 320 pixels is told in pixels of a picture of 1,280."""
    (face,) = engine.find(picture(1, 960, 1280))
    assert face.box == pytest.approx((320, 288, 960, 928), abs=0.1)
    marks = engine.trace(picture(1, 960, 1280), face)
    assert marks.right_eye == pytest.approx(face.points[0], abs=2)


def test_the_largest_face_comes_first(tmp_path: Path) -> None:
    """Someone small in the corner, whom the detector is surer of, comes second."""
    both = standin_onnx.detector(standin_onnx.head(), bystander=True)
    engine = _engine(write_pack(tmp_path / "pack", standin_onnx.files() | {"det_10g.onnx": both}))
    large, small = engine.find(picture(1))
    assert (large.score, small.score) == pytest.approx((0.9, 0.95))
    assert large.area > 4 * small.area


def test_no_face_is_an_empty_list(engine: insightface.Engine) -> None:
    """A picture without a face raises nothing."""
    assert engine.find(np.zeros((320, 320, 3), np.uint8)) == []


def test_landmarks_carry_the_right_names(engine: insightface.Engine) -> None:
    """The person's right is on the left of the picture; the parts lie in order from brow to chin."""
    photo = picture(2)
    (face,) = engine.find(photo)
    marks = engine.trace(photo, face)
    parts = [marks.right_eye, marks.left_eye, marks.nose, marks.mouth_right, marks.mouth_left]
    assert np.stack(parts) == pytest.approx(face.points, abs=0.5)
    assert marks.right_eye[0] < marks.nose[0] < marks.left_eye[0]
    heights = [marks.brow_top[1], marks.eyes[1], marks.nose[1], marks.mouth_left[1], marks.chin[1]]
    assert heights == sorted(heights)
    assert abs(marks.yaw) < 0.5
    assert abs(marks.pitch) < 0.5
    assert abs(marks.roll) < 0.5


def test_the_forehead_is_as_high_as_face_mesh_sees_it(engine: insightface.Engine) -> None:
    """The top lies above the eyes by about half the way from the eyes to the chin."""
    photo = picture(2)
    marks = engine.trace(photo, engine.find(photo)[0])
    assert 0.43 < np.linalg.norm(marks.brow_top - marks.eyes) / marks.eye_to_chin < 0.55


def test_lids_and_lips_are_measured_between_the_right_points(tmp_path: Path) -> None:
    """A closed left eye and an open mouth are told apart from the right eye and from each other."""
    points = standin_onnx.head()
    points[[43, 44]] = points[[47, 46]]
    points[[61, 62, 63], 1] -= 0.1
    files = standin_onnx.files() | {"1k3d68.onnx": standin_onnx.landmarks68(points)}
    shut = _engine(write_pack(tmp_path / "pack", files))
    marks = shut.trace(picture(2), shut.find(picture(2))[0])
    assert marks.left_lids == pytest.approx(0, abs=0.1)
    assert marks.right_lids > 2
    assert marks.inner_lips > 9


@pytest.mark.parametrize("angle", ["yaw", "pitch", "roll"])
@pytest.mark.parametrize("degrees", [-20, 20])
def test_angles_have_the_signs_of_the_anatomy(tmp_path: Path, angle: str, degrees: float) -> None:
    """Yaw > 0 to the person's left, pitch > 0 up, roll > 0 clockwise; the others stay at rest."""
    turned = _turned(tmp_path, **{angle: degrees})
    marks = turned.trace(picture(3), turned.find(picture(3))[0])
    expected = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0} | {angle: degrees}
    assert {"yaw": marks.yaw, "pitch": marks.pitch, "roll": marks.roll} == pytest.approx(expected, abs=1)


def test_the_pose_agrees_with_what_a_viewer_sees(tmp_path: Path) -> None:
    """Turned to the person's left, the nose moves to the picture's right."""
    turned = _turned(tmp_path, yaw=25)
    marks = turned.trace(picture(3), turned.find(picture(3))[0])
    assert marks.yaw > 0
    assert marks.nose[0] - marks.eyes[0] > 0.1 * marks.eye_distance
    assert marks.mesh[30, 2] < marks.mesh[8, 2], "the nose is nearer than the chin: smaller z"


@pytest.mark.parametrize("left_out", [(), ("2d106det.onnx",)])
def test_the_oval_encloses_the_face(tmp_path: Path, left_out: tuple[str, ...]) -> None:
    """The outline goes round the chin and over the forehead, with and without the 106-point network."""
    files = {name: data for name, data in standin_onnx.files().items() if name not in left_out}
    engine = _engine(write_pack(tmp_path / "pack", files))
    marks = engine.trace(picture(4), engine.find(picture(4))[0])
    low, high = marks.oval.min(0), marks.oval.max(0)
    assert low[1] == pytest.approx(marks.brow_top[1], abs=1)
    assert marks.chin[1] - 0.5 <= high[1] < marks.chin[1] + 10
    assert low[0] < marks.right_eye[0] - 10 < marks.left_eye[0] + 10 < high[0]


def test_landmarks_of_something_else_are_unclear(engine: insightface.Engine) -> None:
    """Landmarks that do not lie where the detector saw the parts are refused with advice."""
    photo = picture(5)
    (face,) = engine.find(photo)
    wrong = Face(face.box, face.points + 60, face.score)
    with pytest.raises(PhotoError, match="taken from the front") as caught:
        engine.trace(photo, wrong)
    assert caught.value.reason == "face.unclear"


def test_likeness_tells_pictures_apart(engine: insightface.Engine) -> None:
    """The same picture is at distance nought, another one beyond the threshold."""
    photo = picture(6)
    face = engine.find(photo)[0]
    one, same = engine.describe(photo, face), engine.describe(photo, face)
    other = engine.describe(np.asarray(255 - photo, np.uint8), face)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert engine.distance(one, same) == pytest.approx(0, abs=1e-5)
    assert engine.distance(one, other) > engine.SAME_BELOW


@pytest.mark.parametrize(("batch", "runs"), [("None", [3]), (1, [1, 1, 1])])
def test_several_faces_are_described_at_once(tmp_path: Path, batch: int | str, runs: list[int]) -> None:
    """In one batch where the network takes one, as each by itself; a network for one face sees one after another."""
    files = standin_onnx.files() | {"w600k_r50.onnx": standin_onnx.recogniser(batch)}
    several = _engine(write_pack(tmp_path / "pack", files))
    photos = [picture(seed) for seed in (6, 7, 8)]
    (face,) = several.find(photos[0])
    alone = [several.describe(photo, face) for photo in photos]
    seen: list[int] = []
    model = several.app.models["recognition"]
    one_batch = model.get_feat
    model.get_feat = lambda batch: seen.append(len(batch)) or one_batch(batch)
    together = several.describe_all([(photo, face) for photo in photos])
    assert np.stack(together) == pytest.approx(np.stack(alone), abs=1e-5)
    assert seen == runs


def test_red_is_red(engine: insightface.Engine) -> None:
    """The stand-in sees no blue: changing blue changes nothing, changing red does."""
    photo = picture(6)
    face = engine.find(photo)[0]
    bluer, redder = photo.copy(), photo.copy()
    bluer[..., 2] //= 2
    redder[..., 0] //= 2
    one, blue, red = (engine.describe(p, face) for p in (photo, bluer, redder))
    assert engine.distance(one, blue) == pytest.approx(0, abs=1e-5)
    assert engine.distance(one, red) > 0.01


def test_the_same_picture_gives_the_same_numbers(engine: insightface.Engine, tmp_path: Path) -> None:
    """Two engines from the same pack agree to the last bit."""
    again = _turned(tmp_path)
    photo = picture(8)
    face = engine.find(photo)[0]
    assert np.array_equal(engine.describe(photo, face), again.describe(photo, face))
    assert np.array_equal(engine.trace(photo, face).mesh, again.trace(photo, face).mesh)

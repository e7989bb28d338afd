"""MediaPipe Face Mesh and Iris (Apache-2.0), run by LiteRT: 468 points of one face."""

import cv2
import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import Eye, Face, Landmarks, Picture
from catchlight.engines import Facts
from catchlight.engines._litert import Network
from catchlight.errors import PhotoError
from catchlight.models import ModelStore

FACTS = Facts(
    jobs=("landmarks",),
    models=("face_landmark", "iris_landmark"),
    licence="Apache-2.0",
    commercial=True,
    memory_mb=60,
)

# Indices of the published topology.
RIGHT_CORNERS, LEFT_CORNERS = (33, 133), (362, 263)
LEVEL = 5.5  # degrees from forehead to chin in a face that looks straight ahead; median of official portraits
LIPS = ((81, 178), (13, 14), (311, 402))
RIGHT_LIDS, LEFT_LIDS = (159, 145), (386, 374)
# The eye model's contour goes round a right eye: outer corner, lower lid, inner corner, upper lid.
LIDS_OF_EYE_MODEL = ((11, 3), (12, 4), (13, 5))
OUTER, INNER, UPPER, LOWER = 0, 8, 12, 4
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip


class Settings(BaseModel):
    """How sure the mesh must be of seeing a face (0–1)."""

    model_config = ConfigDict(extra="forbid")
    score: float = Field(0.5, ge=0, le=1)


class Engine:
    """A tracer of faces."""

    def __init__(self, settings: Settings, models: ModelStore) -> None:
        """Load the verified networks."""
        self.settings = settings
        self.mesh = Network(models.load("face_landmark"))
        self.iris = Network(models.load("iris_landmark"))

    def trace(self, picture: Picture, face: Face, *, closely: bool = True) -> Landmarks:
        """Return the landmarks: a first look from the detector's box, a second from the mesh itself."""
        mesh, _ = self._look(picture, *_roi_of_face(face))
        mesh, score = self._look(picture, *_roi_of_mesh(mesh))
        if score < self.settings.score:
            message = "The face cannot be made out clearly; send a photo taken from the front with the face uncovered."
            raise PhotoError("face.unclear", message)
        if not closely:
            return _landmarks(mesh, score, (_gap(mesh, RIGHT_LIDS), None), (_gap(mesh, LEFT_LIDS), None))
        right = self._eye(picture, mesh, RIGHT_CORNERS, flip=False)
        left = self._eye(picture, mesh, LEFT_CORNERS, flip=True)
        return _landmarks(mesh, score, right, left)

    def _look(
        self, picture: Picture, centre: np.ndarray, side: float, angle: float
    ) -> tuple[Float32[np.ndarray, "468 3"], float]:
        there = _square(centre, side, angle, 192)
        crop = cv2.warpAffine(picture, there, (192, 192), flags=_how(side, 192))
        points, score = self.mesh.run(crop.astype(np.float32)[None] / 255)
        mesh = points.reshape(468, 3)
        back = cv2.invertAffineTransform(there)
        xy = mesh[:, :2] @ back[:, :2].T + back[:, 2]
        depth = mesh[:, 2:] * (side / 192)
        return np.hstack([xy, depth]).astype(np.float32), float(1 / (1 + np.exp(-score.ravel()[0])))

    def _eye(
        self, picture: Picture, mesh: np.ndarray, corners: tuple[int, int], *, flip: bool
    ) -> tuple[float, Eye]:
        """Return how far the lids are apart at most, in pixels, and the eye, by the closer look of the eye model.

        The model has learnt right eyes: a left one is shown to it mirrored (``flip``).
        """
        a, b = mesh[corners[0], :2], mesh[corners[1], :2]
        side = 2.3 * float(np.linalg.norm(b - a))
        angle = float(np.arctan2(*(b - a)[::-1]))
        there = _square((a + b) / 2, side, angle, 64)
        crop = cv2.warpAffine(picture, there, (64, 64), flags=_how(side, 64))
        crop = crop[:, ::-1] if flip else crop
        outputs = self.iris.run(np.ascontiguousarray(crop, np.float32)[None] / 255)
        iris, contour = (found.reshape(-1, 3)[:, :2] for found in sorted(outputs, key=np.size))
        gaps = [float(np.linalg.norm(contour[i] - contour[j])) for i, j in LIDS_OF_EYE_MODEL]
        return max(gaps) * side / 64, _named(iris[0], contour, there, flip=flip)


def _named(iris: np.ndarray, contour: np.ndarray, there: np.ndarray, *, flip: bool) -> Eye:
    """Bring what the eye model saw back into the picture."""
    right, left = (INNER, OUTER) if flip else (OUTER, INNER)
    seen = np.stack([iris, contour[right], contour[left], contour[UPPER], contour[LOWER]])
    if flip:
        seen[:, 0] = 63 - seen[:, 0]
    return Eye(*np.asarray(seen, np.float32)).moved(cv2.invertAffineTransform(there))


def _gap(mesh: np.ndarray, pair: tuple[int, int]) -> float:
    return float(np.linalg.norm(mesh[pair[0], :2] - mesh[pair[1], :2]))


def _how(side: float, size: int) -> int:
    return cv2.INTER_AREA if side > size * 2 else cv2.INTER_LINEAR


def _square(centre: np.ndarray, side: float, angle: float, size: int) -> np.ndarray:
    """Return the affine map from the picture to a turned square of ``size`` pixels."""
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]]) * (size / side)
    return np.hstack([turn, (size / 2 - turn @ np.asarray(centre, float))[:, None]])


def _roi_of_face(face: Face) -> tuple[np.ndarray, float, float]:
    x0, y0, x1, y1 = face.box
    across = face.points[1] - face.points[0]
    angle = float(np.arctan2(across[1], across[0]))
    return np.array([(x0 + x1) / 2, (y0 + y1) / 2]), 1.4 * max(x1 - x0, y1 - y0), angle


def _roi_of_mesh(mesh: np.ndarray) -> tuple[np.ndarray, float, float]:
    across = mesh[list(LEFT_CORNERS), :2].mean(0) - mesh[list(RIGHT_CORNERS), :2].mean(0)
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    level = mesh[:, :2] @ turn.T
    low, high = level.min(0), level.max(0)
    return turn.T @ ((low + high) / 2), 1.5 * float((high - low).max()), angle


def _landmarks(
    mesh: np.ndarray, score: float, right: tuple[float, Eye | None], left: tuple[float, Eye | None]
) -> Landmarks:
    xy = mesh[:, :2]
    right_eye, left_eye = xy[list(RIGHT_CORNERS)].mean(0), xy[list(LEFT_CORNERS)].mean(0)
    across = mesh[454] - mesh[234]
    down = mesh[152] - mesh[10]
    level = left_eye - right_eye
    return Landmarks(
        right_eye=right_eye, left_eye=left_eye, nose=xy[1], mouth_right=xy[61], mouth_left=xy[291],
        chin=xy[152], brow_top=xy[10], oval=xy[list(OVAL)],
        right_lids=right[0], left_lids=left[0], right_detail=right[1], left_detail=left[1],
        lips=(xy[13] + xy[14]) / 2,
        inner_lips=max(float(np.linalg.norm(xy[i] - xy[j])) for i, j in LIPS),
        yaw=float(np.degrees(np.arctan2(across[2], np.linalg.norm(across[:2])))),
        pitch=LEVEL - float(np.degrees(np.arctan2(down[2], np.linalg.norm(down[:2])))),
        roll=float(np.degrees(np.arctan2(level[1], level[0]))),
        mesh=mesh, score=score,
    )  # fmt: skip

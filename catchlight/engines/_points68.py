"""The 68-point scheme that InsightFace traces faces by, as the anatomy names its parts."""

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight.anatomy import Face, Landmarks
from catchlight.errors import PhotoError

# Indices, from the picture's left to its right.
RIGHT_CORNERS, LEFT_CORNERS = [36, 39], [42, 45]
RIGHT_LIDS, LEFT_LIDS = ((37, 41), (38, 40)), ((43, 47), (44, 46))
LIPS = ((61, 67), (62, 66), (63, 65))
BROWS, JAW, CHIN = [19, 24], slice(0, 17), 8
# The 68 points end at the brows. On 150 portraits Face Mesh saw the top of the forehead above
# the brows by 0.22 to 0.28 of the way from chin to brows.
FOREHEAD = 0.25
# Landmarks further than this from the detector's five points (share of the box) are of something else.
ASTRAY = 0.15


def fit(points: np.ndarray, face: Face) -> None:
    """Refuse landmarks that are not where the detector saw the same parts."""
    parts = [points[RIGHT_CORNERS].mean(0), points[LEFT_CORNERS].mean(0), points[30], points[48], points[54]]
    off = float(np.linalg.norm(np.stack(parts)[:, :2] - face.points, axis=1).mean())
    size = max(face.box[2] - face.box[0], face.box[3] - face.box[1])
    if not off <= ASTRAY * size:
        message = "The face cannot be made out; send a photo taken from the front with the face uncovered."
        raise PhotoError("face.unclear", message)


def landmarks(points: np.ndarray, contour: np.ndarray, pose: np.ndarray) -> Landmarks:
    """Name the parts. InsightFace's pose (pitch, yaw, roll) has the signs of the anatomy."""
    xy = points[:, :2]
    pitch, yaw, roll = (float(angle) for angle in pose)
    brows, chin = xy[BROWS].mean(0), xy[CHIN]
    top = brows + FOREHEAD * (brows - chin)
    return Landmarks(
        right_eye=xy[RIGHT_CORNERS].mean(0), left_eye=xy[LEFT_CORNERS].mean(0), nose=xy[30],
        mouth_right=xy[48], mouth_left=xy[54], chin=chin, brow_top=top, oval=_oval(contour, xy[JAW], top),
        right_lids=_gap(xy, RIGHT_LIDS), left_lids=_gap(xy, LEFT_LIDS), inner_lips=_gap(xy, LIPS),
        lips=(xy[62] + xy[66]) / 2,
        yaw=yaw, pitch=pitch, roll=roll,
        mesh=points * np.array([1, 1, -1], np.float32),
    )  # fmt: skip


def _gap(xy: np.ndarray, pairs: tuple[tuple[int, int], ...]) -> float:
    return max(float(np.linalg.norm(xy[i] - xy[j])) for i, j in pairs)


def _oval(contour: np.ndarray, jaw: np.ndarray, top: np.ndarray) -> Float32[np.ndarray, "k 2"]:
    """Close the contour over the forehead: half an ellipse from temple to temple through ``top``."""
    middle, half = (jaw[0] + jaw[-1]) / 2, (jaw[-1] - jaw[0]) / 2
    angles = np.linspace(0, np.pi, 13)[:, None]
    arch = middle + np.cos(angles) * half + np.sin(angles) * (top - middle)
    hull = cv2.convexHull(np.vstack([contour, arch]).astype(np.float32))
    return np.asarray(hull[:, 0], np.float32)

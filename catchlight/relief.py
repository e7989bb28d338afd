"""The face as a relief: depth and normals on a small levelled grid, drawn from the mesh of landmarks.

Axes: x to the picture's right, y up, z towards the camera. One unit of length is T, eyes to chin.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import Landmarks
from catchlight.framing import Affine

if TYPE_CHECKING:
    import scipy.spatial

UNIT = 48  # grid pixels in T
ABOVE, BELOW, BESIDE = 1.25, 1.25, 1.1  # the grid's reach around the eyes' midpoint, in T
POINTS = 468
# Indices of Face Mesh's published topology: what is not skin, or shades unlike a smooth surface.
_FEATURES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),  # right eye
    (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382),  # left eye
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),  # right brow
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),  # left brow
    (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),  # lips
    (98, 240, 64, 48, 219, 218, 237, 44, 1, 274, 457, 438, 439, 278, 294, 460, 327, 2),  # nostrils
)
_NOSE = 5  # all before it are not skin


@dataclass(frozen=True, slots=True)
class Relief:
    """A face's surface: where the grid lies on the picture, depth in T, unit normals, what is face and bare skin.

    ``at`` are the landmarks in grid pixels. ``open`` is all that may be skin, up to the edges of eyes, brows and lips;
    ``skin`` keeps away from them, and from what shades unlike a smooth surface.
    ``cheeks`` are the squares of ISO/IEC 29794-5 on the picture's left and right: 0.3 eye distances wide,
    below the eyes, half-way to the mouth.
    """

    map: Affine
    depth: Float32[np.ndarray, "h w"]
    normals: Float32[np.ndarray, "h w 3"]
    face: Bool[np.ndarray, "h w"]
    skin: Bool[np.ndarray, "h w"]
    open: Bool[np.ndarray, "h w"]
    cheeks: tuple[Bool[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]
    at: Landmarks


def grid(face: Landmarks) -> Affine:
    """Return the levelled grid around a face."""
    scale, angle = UNIT / face.eye_to_chin, np.radians(face.roll)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.hstack([turn, (UNIT * np.array([BESIDE, ABOVE]) - turn @ face.eyes)[:, None]])
    return Affine(matrix, round(2 * BESIDE * UNIT), round((ABOVE + BELOW) * UNIT))


def carve(face: Landmarks) -> Relief:
    """Return the relief of a face. LookupError when the landmarks have no mesh."""
    from scipy.spatial import Delaunay  # noqa: PLC0415  only workers need it

    if len(face.mesh) != POINTS:
        message = "the landmarks engine gives no mesh of the face"
        raise LookupError(message)
    to = grid(face)
    flat = to.points(face.mesh[:, :2]).astype(np.float32)
    z = -face.mesh[:, 2] * (to.scale / UNIT)
    mesh = Delaunay(flat)
    drawn = _drawn(mesh, np.column_stack([z, _vertex_normals(flat, z, mesh.simplices)]), to)
    inside = _polygon(to, to.points(face.oval)) & np.isfinite(drawn[..., 0])
    depth = np.where(inside, drawn[..., 0], np.nanmin(drawn[..., 0]))
    skin = inside & ~_features(to, flat, _FEATURES, 5)
    bare = _inner(inside) & ~_features(to, flat, _FEATURES[:_NOSE], 3)
    at = face.moved(to.matrix)
    cheeks = _cheek(at, at.right_eye, to) & inside, _cheek(at, at.left_eye, to) & inside
    return Relief(to, depth, _smooth(drawn[..., 1:], inside), inside, skin, bare, cheeks, at)


def carried(relief: Relief, face: Landmarks) -> Relief:
    """Return the relief of the same face in another picture, to which its landmarks were moved."""
    return replace(relief, map=grid(face))


def _drawn(
    mesh: "scipy.spatial.Delaunay", values: Float32[np.ndarray, "n c"], to: Affine
) -> Float32[np.ndarray, "h w c"]:
    """Return what the points' values are at each grid pixel, linear within a triangle; nan outside of all."""
    points = np.indices((to.height, to.width))[::-1].reshape(2, -1).T.astype(np.float64)
    at = mesh.find_simplex(points)
    corners = mesh.transform[
        at
    ]  # as Delaunay documents it: two barycentric weights, the third is what is left
    two = np.einsum("nij,nj->ni", corners[:, :2], points - corners[:, 2])
    weights = np.column_stack([two, 1 - two.sum(1)])
    drawn = np.einsum("nk,nkc->nc", weights, values[mesh.simplices[at]])
    drawn[at < 0] = np.nan
    return drawn.reshape(to.height, to.width, -1).astype(np.float32)


def _cheek(at: Landmarks, eye: Float32[np.ndarray, " 2"], to: Affine) -> Bool[np.ndarray, "h w"]:
    mouth = (at.mouth_right + at.mouth_left) / 2
    x, y = eye + (mouth - at.eyes) / 2
    half = 0.15 * at.eye_distance
    return _polygon(
        to, np.array([[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]])
    )


def _vertex_normals(
    flat: Float32[np.ndarray, "n 2"], z: Float32[np.ndarray, " n"], triangles: np.ndarray
) -> Float32[np.ndarray, "n 3"]:
    """Return the mean of the triangles' normals at each point, larger triangles weighing more."""
    points = np.column_stack([flat[:, 0], -flat[:, 1], z * UNIT])
    a, b, c = (points[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    across *= np.where(across[:, 2:] < 0, -1, 1)
    normals = np.zeros((len(points), 3))
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], across)
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _smooth(normals: np.ndarray, inside: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w 3"]:
    """Take the facets out of the normals; outside of the face they look at the camera."""
    there = np.where(inside[..., None], np.nan_to_num(normals), 0).astype(np.float32)
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.5)[..., None]
    soft = cv2.GaussianBlur(there, (0, 0), 1.5) / np.maximum(weight, 1e-3)
    soft[~inside] = (0, 0, 1)
    return np.asarray(soft / np.maximum(np.linalg.norm(soft, axis=-1, keepdims=True), 1e-6), np.float32)


def _inner(inside: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    return cv2.erode(inside.astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=0) > 0


def _features(
    to: Affine, flat: Float32[np.ndarray, "n 2"], outlines: tuple[tuple[int, ...], ...], wide: int
) -> Bool[np.ndarray, "h w"]:
    """Return these features (eyes, brows, lips, nostrils), a little enlarged."""
    found = np.zeros((to.height, to.width), bool)
    for indices in outlines:
        found |= _polygon(to, cv2.convexHull(flat[list(indices)])[:, 0])
    return cv2.dilate(found.astype(np.uint8), np.ones((wide, wide), np.uint8)) > 0


def _polygon(to: Affine, outline: np.ndarray) -> Bool[np.ndarray, "h w"]:
    mask = np.zeros((to.height, to.width), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return mask > 0

"""A face by the names of its parts, whichever model found them.

Coordinates are pixels of the upright picture, x to the right, y down. "right" is the
person's own right, which is on the left of the picture.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, Float32, UInt8

Picture = UInt8[np.ndarray, "h w 3"]
OtherPicture = UInt8[np.ndarray, "H W 3"]  # of another size than the Picture beside it
_POINTS = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left", "chin", "brow_top", "oval")


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is: box (x0, y0, x1, y1), five points, and the detector's score in 0–1.

    ``points`` rows: right eye, left eye, nose tip, right mouth corner, left mouth corner.
    """

    box: tuple[float, float, float, float]
    points: Float32[np.ndarray, "5 2"]
    score: float

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The anatomy that framing, light and checks need.

    ``oval`` is the closed outline of the face; ``brow_top`` the highest point of the forehead
    that the model knows (below the hair). Lid and lip distances are in pixels. Angles are in
    degrees: yaw > 0 turns to the person's left, pitch > 0 looks up, roll > 0 tilts the head
    clockwise in the picture.
    """

    right_eye: Float32[np.ndarray, " 2"]
    left_eye: Float32[np.ndarray, " 2"]
    nose: Float32[np.ndarray, " 2"]
    mouth_right: Float32[np.ndarray, " 2"]
    mouth_left: Float32[np.ndarray, " 2"]
    chin: Float32[np.ndarray, " 2"]
    brow_top: Float32[np.ndarray, " 2"]
    oval: Float32[np.ndarray, "k 2"]
    right_lids: float
    left_lids: float
    inner_lips: float
    yaw: float
    pitch: float
    roll: float
    mesh: Float32[np.ndarray, "n 3"]
    score: float = 1.0

    @property
    def eyes(self) -> Float[np.ndarray, " 2"]:
        """Midpoint between the eyes."""
        return (self.right_eye + self.left_eye) / 2

    @property
    def eye_distance(self) -> float:
        """Distance between the eye centres in pixels."""
        return float(np.linalg.norm(self.left_eye - self.right_eye))

    def moved(self, matrix: Float[np.ndarray, "2 3"]) -> "Landmarks":
        """Return the same face after an affine map of its picture (rotation, scale, shift)."""
        turn, shift = matrix[:, :2], matrix[:, 2]
        scale = float(np.hypot(turn[0, 0], turn[0, 1]))
        points = {name: (getattr(self, name) @ turn.T + shift).astype(np.float32) for name in _POINTS}
        mesh = np.hstack([self.mesh[:, :2] @ turn.T + shift, self.mesh[:, 2:] * scale]).astype(np.float32)
        level = points["left_eye"] - points["right_eye"]
        lengths = {name: getattr(self, name) * scale for name in ("right_lids", "left_lids", "inner_lips")}
        roll = float(np.degrees(np.arctan2(level[1], level[0])))
        return replace(self, **points, **lengths, mesh=mesh, roll=roll)

    @property
    def as_face(self) -> Face:
        """The box and the five points that a detector would give."""
        low, high = self.oval.min(0), self.oval.max(0)
        five = np.stack([self.right_eye, self.left_eye, self.nose, self.mouth_right, self.mouth_left])
        return Face((float(low[0]), float(low[1]), float(high[0]), float(high[1])), five, self.score)

    @property
    def eye_to_chin(self) -> float:
        """T of ISO/IEC 29794-5: distance from the eyes' midpoint to the chin, in pixels."""
        return float(np.linalg.norm(self.chin - self.eyes))


class FaceFinder(Protocol):
    """Finds faces. Largest first; an empty list when there is none."""

    def find(self, picture: Picture) -> list[Face]:
        """Return the faces of an upright sRGB picture."""
        ...


class Tracer(Protocol):
    """Traces the anatomy of one face."""

    def trace(self, picture: Picture, face: Face, *, closely: bool = True) -> Landmarks:
        """Return the landmarks, or raise PhotoError('face.unclear', …) when they do not fit.

        ``closely`` asks for a closer look at the eyelids, which only the checks need.
        """
        ...


class Segmenter(Protocol):
    """Separates people from what is behind them, coarsely."""

    def segment(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Return how likely each pixel is a person, in 0–1, at the picture's size."""
        ...


class Recogniser(Protocol):
    """Compares two pictures of one person. Descriptors live in memory only, never stored."""

    SAME_BELOW: float

    def describe(self, picture: Picture, face: Face) -> Any:
        """Return a descriptor of the face."""
        ...

    def distance(self, first: Any, second: Any) -> float:
        """Return how unlike two descriptors are: 0 is the same, SAME_BELOW the threshold."""
        ...

"""A face by the names of its parts, whichever model found them.

Coordinates are pixels of the upright picture, x to the right, y down. "right" is the
person's own right, which is on the left of the picture.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, UInt8

Picture = UInt8[np.ndarray, "h w 3"]
Linear = Float32[np.ndarray, "h w 3"]  # its linear light, 0–1
OtherPicture = UInt8[np.ndarray, "H W 3"]  # of another size than the Picture beside it
_POINTS = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left", "chin", "brow_top", "oval")
_EYES = ("right_detail", "left_detail")


def _moved(
    points: Float[np.ndarray, "*k 2"], matrix: Float[np.ndarray, "2 3"]
) -> Float32[np.ndarray, "*k 2"]:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


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
class Eye:
    """A close look at one eye: the iris's centre, the corners (the person's right, left), the middle of the lids."""

    iris: Float32[np.ndarray, " 2"]
    right: Float32[np.ndarray, " 2"]
    left: Float32[np.ndarray, " 2"]
    upper: Float32[np.ndarray, " 2"]
    lower: Float32[np.ndarray, " 2"]

    @property
    def across(self) -> float:
        """How far the iris is from the middle between the corners, in eye widths; > 0 is to the person's left."""
        width = self.left - self.right
        return float((self.iris - self.right) @ width / (width @ width)) - 0.5

    @property
    def between(self) -> float:
        """Where the iris is between the lids, square to the corners: 0 at the lower, 1 at the upper one."""
        x, y = self.left - self.right
        up = np.array([y, -x])
        opening = float((self.upper - self.lower) @ up)
        return float((self.iris - self.lower) @ up) / opening if opening > 0 else 0.0

    def moved(self, matrix: Float[np.ndarray, "2 3"]) -> "Eye":
        """Return the same eye after an affine map of its picture."""
        return Eye(*(_moved(getattr(self, name), matrix) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The anatomy that framing, light and checks need.

    ``oval`` is the closed outline of the face; ``brow_top`` the highest point of the forehead
    that the model knows (below the hair). Lid and lip distances are in pixels. Angles are in
    degrees: yaw > 0 turns to the person's left, pitch > 0 looks up, roll > 0 tilts the head
    clockwise in the picture. ``lips`` is the middle between the inner lips; it and the eyes
    seen closely are None where the tracer does not know them or did not look closely.
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
    lips: Float32[np.ndarray, " 2"] | None = None
    right_detail: Eye | None = None
    left_detail: Eye | None = None

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
        scale = float(np.hypot(matrix[0, 0], matrix[0, 1]))
        points: dict[str, Any] = {name: _moved(getattr(self, name), matrix) for name in _POINTS}
        mesh = np.hstack([_moved(self.mesh[:, :2], matrix), self.mesh[:, 2:] * scale]).astype(np.float32)
        level = points["left_eye"] - points["right_eye"]
        lengths = {name: getattr(self, name) * scale for name in ("right_lids", "left_lids", "inner_lips")}
        roll = float(np.degrees(np.arctan2(level[1], level[0])))
        eyes: dict[str, Any] = {name: eye.moved(matrix) for name in _EYES if (eye := getattr(self, name))}
        lips = None if self.lips is None else _moved(self.lips, matrix)
        return replace(self, **points, **lengths, **eyes, mesh=mesh, roll=roll, lips=lips)

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
    KNOWS_PEOPLE: bool  # whether two different photos of one person come out alike

    def describe(self, picture: Picture, face: Face) -> Any:
        """Return a descriptor of the face."""
        ...

    def distance(self, first: Any, second: Any) -> float:
        """Return how unlike two descriptors are: 0 is the same, SAME_BELOW the threshold."""
        ...


@runtime_checkable
class Enlarger(Protocol):
    """Enlarges pictures with detail that is guessed: for hair and clothes, never for faces."""

    scale: int

    def enlarge(self, picture: Picture) -> OtherPicture:
        """Return the picture ``scale`` times as wide and as high."""
        ...

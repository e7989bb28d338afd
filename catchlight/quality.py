"""Which of a person's photos to start from: measured, and explained."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from catchlight.anatomy import Landmarks, Picture
from catchlight.once import Once
from catchlight.subject import Subject

_ENOUGH = 120.0  # eye-to-chin pixels past which more resolution no longer decides


@dataclass(frozen=True, slots=True)
class Quality:
    """What speaks for a photo; ``score`` is the product of its parts, each in 0–1."""

    size: float
    frontal: float
    sharp: float
    alone: float
    whole: float

    @property
    def score(self) -> float:
        """Return one number to compare photos of one person by."""
        return self.size * self.frontal * self.sharp * self.alone * self.whole

    def words(self) -> str:
        """Return the parts for a person to read."""
        return (
            f"size {self.size:.2f}, facing the camera {self.frontal:.2f}, sharp {self.sharp:.2f}, "
            f"alone {self.alone:.2f}, uncut {self.whole:.2f}"
        )


def rate(subject: Subject) -> Quality:
    """Rate one photo of a person."""
    face = subject.face
    angles = np.radians([face.yaw, face.pitch])
    second = max((other.area for other in subject.faces[1:]), default=0.0) / subject.faces[0].area
    return Quality(
        size=min(1.0, face.eye_to_chin / _ENOUGH),
        frontal=float(np.prod(np.cos(angles) ** 2)),
        sharp=_sharp(subject),
        alone=1 - min(1.0, second),
        whole=0.8 if subject.mount.shape == "circle" else 1.0,
    )


def focus(subject: Subject) -> float:
    """Return log10 of the variance of the face's Laplacian, at 100 pixels from eyes to chin at most.

    Our own measure (not ISO sharpness): the face is first brought to one size and one contrast, so
    that a large and a small photo of the same focus score alike.
    """
    grey, _ = _face(subject.picture, subject.face)
    contrast = max(float(grey.std()), 1.0)
    return float(np.log10(max(float(cv2.Laplacian(grey / contrast * 40, cv2.CV_32F).var()), 1e-3)))


def detail(subject: Subject) -> float:
    """Return how much of the face's fine detail is there, in shares of the next coarser octave's, at the same size.

    Photographs hold nearly as much in each octave (Field 1987): what was enlarged, or is blurred, lacks the finest,
    and sharpening or the edges of JPEG blocks, which :func:`focus` takes for sharp, bring little of it back.
    """
    grey, inside = _face(subject.picture, subject.face)
    coarser = cv2.pyrDown(grey)
    within = cv2.resize(inside, coarser.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return _octave(grey, inside) / max(_octave(coarser, within), 0.1)


def _octave(grey: Float32[np.ndarray, "h w"], inside: UInt8[np.ndarray, "h w"]) -> float:
    """Return how much a picture has that one of half its size has not: a standard deviation, in grey levels."""
    if not inside.any():
        message = "the face is too small"
        raise LookupError(message)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.0))[inside > 0].std())


@Once
def _face(picture: Picture, face: Landmarks) -> tuple[Float32[np.ndarray, "a b"], UInt8[np.ndarray, "a b"]]:
    """Return the box of a face in grey, at 100 pixels from eyes to chin at most, and where in it the face is."""
    scale = min(1.0, 100 / face.eye_to_chin)
    x0, y0, x1, y1 = (max(0, int(v)) for v in face.as_face.box)
    grey = cv2.cvtColor(picture[y0 : y1 + 1, x0 : x1 + 1], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    inside = np.zeros(small.shape, np.uint8)
    cv2.fillPoly(inside, [np.round((face.oval - (x0, y0)) * scale).astype(np.int32)], (1,))
    return small, cv2.erode(inside, np.ones((5, 5), np.uint8))


def _sharp(subject: Subject) -> float:
    return float(np.clip(focus(subject) / 3, 0.05, 1))

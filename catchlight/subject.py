"""Who is in a photo: all faces, the subject's landmarks, and what the camera saw."""

from dataclasses import dataclass

import cv2
import numpy as np

from catchlight import framing, mount
from catchlight.anatomy import Face, Landmarks, Picture
from catchlight.decoding import Decoded
from catchlight.errors import PhotoError
from catchlight.studio import Studio

SHEET = 640  # longest side of the sheet on which faces are traced and the matte is solved, pixels
SMALLEST = 12  # pixels between the eyes


@dataclass(frozen=True, slots=True)
class Subject:
    """The person in a photo: all faces (the subject's first), landmarks, what the camera saw."""

    picture: Picture
    faces: list[Face]
    face: Landmarks
    mount: mount.Mount


def look(photo: Decoded, studio: Studio) -> Subject:
    """Find the person in a photo. PhotoError: face.none, face.too_small, face.unclear."""
    faces = studio.finder.find(photo.picture)
    if not faces:
        message = "No face was found; send a photo of yourself from the front, with good light."
        raise PhotoError("face.none", message)
    ordered = sorted(faces, key=lambda face: -_prominence(face, photo.picture))
    _large_enough(ordered[0])
    rough = studio.tracer.trace(photo.picture, ordered[0], closely=False)
    return Subject(
        photo.picture, ordered, _closer(photo.picture, rough, studio), mount.find(photo.picture, photo.alpha)
    )


def _large_enough(face: Face) -> None:
    """Refuse a face of which landmarks would be guesses. PhotoError: face.too_small."""
    apart = float(np.linalg.norm(face.points[1] - face.points[0]))
    if apart < SMALLEST:
        message = (
            f"The eyes are only {apart:.0f} pixels apart in this photo; "
            "send one that is at least 600 pixels wide and shows you from the chest up."
        )
        raise PhotoError("face.too_small", message)


def _prominence(face: Face, picture: Picture) -> float:
    """Large and central comes first."""
    height, width = picture.shape[:2]
    away = np.hypot((face.box[0] + face.box[2]) / width - 1, (face.box[1] + face.box[3]) / height - 1)
    return face.area * face.score * (1 - 0.4 * min(float(away), 1.0))


def _closer(picture: Picture, rough: Landmarks, studio: Studio) -> Landmarks:
    """Trace again on the levelled sheet, where landmarks are steadier; return them in the photo."""
    to = framing.sheet(rough, SHEET // 2)
    level = framing.level(picture, to)
    traced = studio.tracer.trace(level, rough.moved(to.matrix).as_face)
    return traced.moved(cv2.invertAffineTransform(to.matrix))

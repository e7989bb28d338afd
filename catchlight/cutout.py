"""The cut-out: the person of a levelled sheet, and nobody and nothing else."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import extend, matte, silhouette, trimap
from catchlight.anatomy import Face, Landmarks, Picture, Segmenter
from catchlight.device import Device
from catchlight.framing import Affine
from catchlight.leftovers import leftovers


def cut_out(
    level: Picture,
    seen: Bool[np.ndarray, "h w"],
    face: Landmarks,
    others: list[tuple[float, float, float]],
    segmenter: Segmenter,
    device: Device = "auto",
) -> Float32[np.ndarray, "h w"]:
    """Return alpha in 0–1 of the person whose face this is, in sheet pixels.

    ``others`` has x, y and height of whoever else has a face on the sheet (see :func:`neighbours`).
    """
    unit, chin = face.eye_to_chin, float(face.chin[1])
    mouth, inside, fine = chin - 0.45 * unit, hull(face, seen.shape), _sees_hair(segmenter)
    coarse = silhouette.draw(level, seen, face.eyes, unit, segmenter)
    coarse = silhouette.without_neighbours(coarse, [_place(face.as_face), *others])
    owned = matte.without_scraps(coarse, inside, unit) if fine else matte.keep_owner(coarse, inside)
    coarse = extend.run_on(owned, seen, mouth)
    solved = solve(level, coarse, seen, face, segmenter, device)
    return extend.run_on(solved, seen, mouth)


def solve(
    level: Picture,
    coarse: Float32[np.ndarray, "h w"],
    seen: Bool[np.ndarray, "h w"],
    face: Landmarks,
    segmenter: Segmenter,
    device: Device = "auto",
) -> Float32[np.ndarray, "h w"]:
    """Return alpha in 0–1 by a ``coarse`` guess of the person: where hair ends, and what of the background it held."""
    unit, chin, inside = face.eye_to_chin, float(face.chin[1]), hull(face, seen.shape)
    fine = _sees_hair(segmenter)
    unknown = trimap.draw(coarse, inside, unit, chin, fine=fine)
    if not fine:
        unknown = trimap.tell_by_colour(unknown, level, coarse, seen, unit)
    solved = matte.solve(level, unknown, coarse, fine=fine, device=device)
    if not fine:
        left = leftovers(level, solved, seen, inside, unit, segmenter)
        solved = matte.mend(level, solved, left, unknown, unit, device)
        solved = matte.without_fringe(solved, coarse, unit, chin)
    return matte.without_scraps(solved, inside, unit)


def _sees_hair(segmenter: Segmenter) -> bool:
    return bool(getattr(segmenter, "FINE", False))


def neighbours(faces: list[Face], to: Affine, own: Landmarks) -> list[tuple[float, float, float]]:
    """Return x, y and height on the sheet of the faces that are surely somebody else's."""
    places = [(*to.points(_middle(face)), (face.box[3] - face.box[1]) * to.scale) for face in faces]
    x, y, height = _place(own.as_face)
    return [
        (float(px), float(py), float(size))
        for (px, py, size), face in zip(places, faces, strict=True)
        if face.score > 0.8 and size > 0.3 * height and np.hypot(px - x, py - y) > 0.5 * (size + height)
    ]


def _middle(face: Face) -> np.ndarray:
    return np.array([(face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2])


def _place(face: Face) -> tuple[float, float, float]:
    x, y = _middle(face)
    return float(x), float(y), face.box[3] - face.box[1]


def hull(face: Landmarks, shape: tuple[int, ...]) -> Bool[np.ndarray, "h w"]:
    """Return the inside of a face's outline."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(face.oval).astype(np.int32)], (1,))
    return mask > 0

"""What should be without colour in any photo: the whites of the eyes, white shirts and blouses. Never skin."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32

from catchlight.anatomy import Eye, Landmarks, OtherPicture
from catchlight.pixels import among, brightest, median, to_lab

EYES, CLOTH = (5.4, 3.8), (0.5, -2.5)  # CIELAB a and b under a neutral light: medians of official portraits
_IRIS, _CORNER = 0.25, 0.14  # eye widths: round the iris, and at the corners, nothing is white
_WHITE, _PALE = 86.0, 9.0  # L* above and chroma below which cloth is taken for white
_PALEST = 210  # of 255: where no channel is brighter, L* is below that
_GREY = 4.0  # chroma that no colour photo stays below
_LEAST_EYE, _LEAST_CLOTH = 36, 0.03  # pixels; share of the clothes


@dataclass(frozen=True, slots=True)
class Neutrals:
    """How far neutral things are from neutral, CIELAB a and b; None where there is nothing to see."""

    eyes: Float32[np.ndarray, " 2"] | None
    cloth: Float32[np.ndarray, " 2"] | None

    @property
    def cast(self) -> Float32[np.ndarray, " 2"]:
        """The cast, by what there is to see. LookupError when there is nothing."""
        if self.cloth is not None:  # large and even; the whites of eyes are few pixels, mixed with lids
            return self.cloth
        if self.eyes is not None:
            return self.eyes
        message = "nothing neutral can be seen: no white cloth, no whites of eyes"
        raise LookupError(message)


def find(picture: OtherPicture, face: Landmarks, person: Bool[np.ndarray, "H W"]) -> Neutrals:
    """Look at the whites of the eyes and at white cloth below the chin."""
    some = to_lab(picture[::4, ::4].reshape(-1, 3))
    if np.percentile(np.hypot(some[:, 1], some[:, 2]), 98) < _GREY:
        return Neutrals(None, None)  # black and white: nothing says what its colours were
    return Neutrals(_of_eyes(picture, face), _of_cloth(picture, face, person))


def _of_eyes(picture: OtherPicture, face: Landmarks) -> Float32[np.ndarray, " 2"] | None:
    white = np.zeros(picture.shape[:2], bool)
    for eye in (face.right_detail, face.left_detail):
        if eye is not None:
            white |= _white_of(eye, white.shape)
    if white.sum() < _LEAST_EYE:
        return None
    pixels, skin = to_lab(among(picture, white)), _skin(picture, face)
    pixels = pixels[pixels[:, 0] > 0.7 * skin[0]]  # the rest are lashes and shadows
    if len(pixels) < _LEAST_EYE:
        return None
    away = np.hypot(pixels[:, 1] - skin[1], pixels[:, 2] - skin[2])
    clear = pixels[away >= np.percentile(away, 70)]  # the rest is mixed with lids
    return (np.median(clear[:, 1:], axis=0) - EYES).astype(np.float32)


def _skin(picture: OtherPicture, face: Landmarks) -> Float32[np.ndarray, " 3"]:
    mask = np.zeros(picture.shape[:2], np.uint8)
    middle = face.oval.mean(0)
    cv2.fillPoly(mask, [np.round((face.oval - middle) * 0.75 + middle).astype(np.int32)], (1,))
    return median(to_lab(among(picture, mask > 0)))


def _white_of(eye: Eye, shape: tuple[int, ...]) -> Bool[np.ndarray, "h w"]:
    """Return the white of one eye: between the lids, beside the iris, not in the corners."""
    mask = np.zeros(shape, np.uint8)
    outline = np.stack([eye.right, eye.upper, eye.left, eye.lower])
    middle = outline.mean(0)
    cv2.fillConvexPoly(mask, np.round((outline - middle) * 0.85 + middle).astype(np.int32), (1,))
    width = float(np.linalg.norm(eye.left - eye.right))
    for point, reach in ((eye.iris, _IRIS), (eye.right, _CORNER), (eye.left, _CORNER)):
        cv2.circle(mask, _pixel(point), max(1, round(reach * width)), (0,), -1)
    return mask > 0


def _pixel(point: Float[np.ndarray, " 2"]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _of_cloth(
    picture: OtherPicture, face: Landmarks, person: Bool[np.ndarray, "H W"]
) -> Float32[np.ndarray, " 2"] | None:
    first = max(0, int(float(face.chin[1]) + 0.25 * face.eye_to_chin) + 1)
    all_clothes = among(picture[first:], person[first:])
    if len(all_clothes) < 100:
        return None
    clothes = to_lab(all_clothes.compress(brightest(all_clothes) > _PALEST, 0))
    white = clothes[(clothes[:, 0] > _WHITE) & (np.hypot(clothes[:, 1], clothes[:, 2]) < _PALE)]
    if len(white) < _LEAST_CLOTH * len(all_clothes):
        return None
    return (np.median(white[:, 1:], axis=0) - CLOTH).astype(np.float32)

"""Hair and clothes from a super-resolution engine, the face from the photo alone."""

import cv2
import numpy as np
from jaxtyping import Float, Float32

from catchlight.anatomy import Enlarger, OtherPicture, Picture
from catchlight.framing import Affine

_GROWN = 0.18  # the face reaches beyond its outline by this share of it: ears, temples, the chin's edge
_SOFT = 0.12  # and passes into what is around over this share of its height
_MASK = 768  # longest side that the mask is worked out at
_ROWS = 256  # rows blended at a time, which bounds memory
_AROUND = 16  # pixels of photo beyond the frame that the network may look at


def resample(picture: Picture, to: Affine, enlarger: Enlarger) -> OtherPicture:
    """Resample a picture into a frame as :func:`catchlight.framing.level` does, enlarged by an engine first."""
    left, top, right, bottom = _part(picture, to)
    large = enlarger.enlarge(np.ascontiguousarray(picture[top:bottom, left:right]))
    of_large = to.of_part(left, top).of_reduced(1 / enlarger.scale)
    return np.ascontiguousarray(of_large.warp(large))


def _part(picture: Picture, to: Affine) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what a frame shows of a picture, with a little around it."""
    back = cv2.invertAffineTransform(to.matrix)
    corners = np.array([[0, 0], [to.width, 0], [0, to.height], [to.width, to.height]])
    corners = corners @ back[:, :2].T + back[:, 2]
    height, width = picture.shape[:2]
    (left, top), (right, bottom) = (corners.min(0) - _AROUND).tolist(), (corners.max(0) + _AROUND).tolist()
    left, top = min(max(0, int(left)), width - 1), min(max(0, int(top)), height - 1)
    return left, top, max(left + 1, min(int(right), width)), max(top + 1, min(int(bottom), height))


def face_mask(oval: Float[np.ndarray, "k 2"], height: int, width: int) -> Float32[np.ndarray, "h w"]:
    """Return 1 on the face (its outline ``oval``, grown), falling to 0 around it, at height × width pixels."""
    size = min(1.0, _MASK / max(height, width))
    shape = max(1, round(height * size)), max(1, round(width * size))
    middle = (oval.min(0) + oval.max(0)) / 2
    grown = (middle + (oval - middle) * (1 + _GROWN)) * [shape[1] / width, shape[0] / height]
    outside = np.ones(shape, np.uint8)
    cv2.fillPoly(outside, [np.round(grown).astype(np.int32)], (0,))
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / max(1.0, _SOFT * np.ptp(grown[:, 1]))
    soft = np.clip(1 - away, 0, 1).astype(np.float32)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def blend(plain: Picture, enlarged: Picture, face: Float32[np.ndarray, "h w"]) -> Picture:
    """Return ``enlarged`` with the face of ``plain``: where ``face`` is 1, every byte is that of ``plain``."""
    result = plain.copy()
    for top in range(0, plain.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        share = face[rows, :, None]
        mixed = plain[rows] * share + enlarged[rows] * (1 - share)
        result[rows] = np.where(share >= 1, plain[rows], mixed.round().astype(np.uint8))
    return result

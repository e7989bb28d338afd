"""The pixels of the face, for checks that look at its light."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import Landmarks, Picture
from catchlight.once import Once
from catchlight.pixels import among, luminance, median, to_linear
from catchlight.sitting import Sitting

_ENOUGH = 250  # pixels across a face, or across a picture, past which some tell the same as all


def face_luminance(sitting: Sitting) -> Float32[np.ndarray, " n"]:
    """Return the linear luminance (0–1) of pixels inside the source face's outline; measured once for all checks."""
    return _of_source(sitting.subject.picture, sitting.subject.face)


def luminance_inside(picture: Picture, face: Landmarks) -> Float32[np.ndarray, " n"]:
    """Return the linear luminance (0–1) of the pixels inside a face's outline, of a large face of some of them."""
    x0, y0, x1, y1 = (int(v) for v in face.as_face.box)
    part = picture[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1]
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(face.oval - [max(0, x0), max(0, y0)]).astype(np.int32)], (1,))
    step = max(1, max(mask.shape) // _ENOUGH)
    return luminance(to_linear(np.ascontiguousarray(part[::step, ::step])))[mask[::step, ::step] > 0]


_of_source = Once(luminance_inside)


def lightness(picture: Picture, where: Bool[np.ndarray, "h w"]) -> float:
    """Return the median CIELAB lightness (0–100) of some pixels; LookupError when there are none."""
    if not where.any():
        message = "nothing of it can be seen"
        raise LookupError(message)
    step = max(1, max(where.shape) // 300)
    some = among(picture, where, step)
    y = float(np.median(luminance(to_linear((some if some.size else among(picture, where))[None]))))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def skin_colour(picture: Picture, face: Landmarks) -> Float32[np.ndarray, " 3"]:
    """Return the median colour of the inner face (brow to chin, without its rim) as linear RGB."""
    oval = (face.oval - face.oval.mean(0)) * 0.75 + face.oval.mean(0)
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(oval).astype(np.int32)], (1,))
    step = max(1, max(mask.shape) // _ENOUGH)
    return median(to_linear(among(picture, mask > 0, step)[None])[0])


@Once
def coloured(picture: Picture) -> float:
    """Return the share of a picture's pixels that have any colour, 0–1."""
    step = max(1, max(picture.shape) // 400)
    red, green, blue = cv2.split(np.ascontiguousarray(picture[::step, ::step]))
    spread = cv2.max(red, cv2.max(green, blue)) - cv2.min(red, cv2.min(green, blue))
    return float((spread > 14).mean())


def is_monochrome(picture: Picture) -> bool:
    """Whether a picture is black and white."""
    return coloured(picture) < 0.02

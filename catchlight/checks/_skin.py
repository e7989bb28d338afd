"""The pixels of the face, for checks that look at its light."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import Landmarks, Picture
from catchlight.pixels import luminance, to_linear
from catchlight.sitting import Sitting


def face_luminance(sitting: Sitting) -> Float32[np.ndarray, " n"]:
    """Return the linear luminance (0–1) of the pixels inside the source face's outline."""
    return luminance_inside(sitting.subject.picture, sitting.subject.face)


def luminance_inside(picture: Picture, face: Landmarks) -> Float32[np.ndarray, " n"]:
    """Return the linear luminance (0–1) of the pixels inside a face's outline."""
    x0, y0, x1, y1 = (int(v) for v in face.as_face.box)
    part = np.ascontiguousarray(picture[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1])
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(face.oval - [max(0, x0), max(0, y0)]).astype(np.int32)], (1,))
    return luminance(to_linear(part))[mask > 0]


def lightness(picture: Picture, where: Bool[np.ndarray, "h w"]) -> float:
    """Return the median CIELAB lightness (0–100) of some pixels; LookupError when there are none."""
    if not where.any():
        message = "nothing of it can be seen"
        raise LookupError(message)
    y = float(np.median(luminance(to_linear(picture[where][None]))))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y

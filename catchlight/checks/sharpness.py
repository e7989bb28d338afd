"""How sharp the photo's face is, whatever its size."""

import cv2
import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Sharpness"
UNIT = "log units"
SENTENCES = {
    "low": "The photo is a little soft.",
    "far": "The photo is out of focus or blurred; send a sharp one.",
}


class Settings(Limits):
    """Limits in log units."""

    low: float | None = 1.6
    far_low: float | None = 0.9
    outlier: float | None = 4.5


def measure(sitting: Sitting) -> float:
    """Return log10 of the variance of the face's Laplacian, at 100 pixels from eyes to chin at most.

    Our own measure (not ISO sharpness): the face is first brought to one size, so that a large
    and a small photo of the same focus score alike.
    """
    face = sitting.subject.face
    scale = min(1.0, 100 / face.eye_to_chin)
    x0, y0, x1, y1 = (int(v) for v in face.as_face.box)
    crop = sitting.subject.picture[max(0, y0) : y1, max(0, x0) : x1]
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    contrast = max(float(small.std()), 1.0)
    return float(np.log10(max(float(cv2.Laplacian(small / contrast * 40, cv2.CV_32F).var()), 1e-3)))

"""How far the eyes look past the camera, to the side."""

from typing import Literal

import numpy as np

from catchlight.anatomy import Eye
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Gaze"
UNIT = "% of eye width"
SENTENCES = {
    "low": "The eyes look to the side in this photo; if that is how you look, keep it.",
    "high": "The eyes look to the side in this photo; if that is how you look, keep it.",
}
# A squint, an artificial eye, a patch: where somebody's eyes point is no reason to refuse a photo.
NEVER_COUNTS = True

# From 418 portraits, nearly all of which look into the camera.
OUTWARD = 5.5  # % of the width that the iris is off the middle, away from the nose, in eyes that look ahead
TURNED = 20.0  # % of the width that it is off the middle for the sine of the head's turn
IN_VIEW = 0.3, 0.8  # an iris outside this share of the way between the lids is a guess: a patch, dark glasses


class Settings(Limits):
    """Limits in % of eye width; only ever advice."""

    low: float | None = -8.0
    high: float | None = 8.0
    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return how far the irises are from where they would be if the eyes looked into the camera.

    Mean over both eyes of the source face, in percent of the eye's width; positive is to the
    person's left. Up and down cannot be told: the lids follow the eyes.
    """
    face = sitting.subject.face
    sides = ((face.right_detail, OUTWARD), (face.left_detail, -OUTWARD))
    seen = [100 * eye.across + outward for eye, outward in sides if eye and _in_view(eye)]
    if not seen:
        message = "the irises cannot be made out"
        raise LookupError(message)
    return float(np.mean(seen) + TURNED * np.sin(np.radians(face.yaw)))


def _in_view(eye: Eye) -> bool:
    low, high = IN_VIEW
    return low < eye.between < high and abs(eye.across) < 0.5

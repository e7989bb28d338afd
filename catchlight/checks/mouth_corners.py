"""How far the corners of the mouth are above its middle."""

from typing import Literal

import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Mouth corners"
UNIT = "% of mouth width"
SENTENCES = {
    "low": "The corners of the mouth lie lower than in most portraits; if you like the photo, keep it.",
}
NEVER_COUNTS = True  # how somebody holds the mouth, or can hold it, is their own


class Settings(Limits):
    """Limits in % of mouth width; only ever advice."""

    low: float | None = -4.0
    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the height of the corners over the middle between the inner lips, in percent of the mouth's width.

    Geometry of the source face with its eyes levelled; it says nothing about what anybody feels. A
    raised chin lowers the corners in the picture, a lowered one lifts them: about 0.4 for each degree.
    """
    face = sitting.subject.face
    if face.lips is None:
        message = "the landmark engine does not know the middle of the lips"
        raise LookupError(message)
    x, y = face.left_eye - face.right_eye
    corners = (face.mouth_right + face.mouth_left) / 2
    below = (face.lips - corners) @ np.array([-y, x]) / np.hypot(x, y)
    return 100 * float(below / np.linalg.norm(face.mouth_left - face.mouth_right))

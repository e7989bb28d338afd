"""How far the mouth is open."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Mouth open"
UNIT = "% of eye to chin"
SENTENCES = {
    "high": "The mouth is wide open in this photo; if you like it so, keep it.",
}


class Settings(Limits):
    """Limits in % of eye to chin: advice, since laughing opens a mouth as well as talking does."""

    high: float | None = 24.0
    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the largest distance between the inner lips over the eye-to-chin length, in percent.

    What mouth closed of ISO/IEC 29794-5 is read from, OFIQ-style. The widest smile of 418 reads 19.
    """
    return 100 * sitting.subject.face.inner_lips / sitting.subject.face.eye_to_chin

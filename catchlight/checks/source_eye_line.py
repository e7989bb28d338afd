"""Where the eyes were in the photo before."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Eye line before"
UNIT = "% of photo"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in % of photo."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the height of the eyes on the source photo, in percent from its top."""
    return 100 * float(sitting.subject.face.eyes[1]) / sitting.subject.picture.shape[0]

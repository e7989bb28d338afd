"""How far the photo's background is from the preset's."""

from typing import Literal

from catchlight import ladder
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Background colour in the photo"
UNIT = "ΔE00 from preset"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in ΔE00 from preset."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the mean CIEDE2000 difference over what the photo shows behind the person."""
    return ladder.behind(sitting.negative)

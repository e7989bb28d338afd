"""How much of the face is burnt out."""

from catchlight.checks import Limits
from catchlight.checks._skin import face_luminance
from catchlight.sitting import Sitting

TITLE = "Burnt out"
UNIT = "% of face"
SENTENCES = {
    "high": "Parts of the face are burnt out in this photo.",
    "far": "The face is burnt out in this photo; send one taken in softer light.",
}

BURNT = 247 / 255  # ISO/IEC 29794-5 over-exposure


class Settings(Limits):
    """Limits in % of face."""

    high: float | None = 3.0
    far_high: float | None = 25.0


def measure(sitting: Sitting) -> float:
    """Return the share of the source face at 97 % of linear white or above, in percent."""
    return float((face_luminance(sitting) >= BURNT).mean()) * 100

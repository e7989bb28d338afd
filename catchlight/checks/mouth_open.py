"""How far the mouth is open."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Mouth open"
UNIT = "% of eye to chin"
SENTENCES = {
    "high": "The mouth is wide open.",
}


class Settings(Limits):
    """Limits in % of eye to chin."""

    high: float | None = 24.0
    outlier: float | None = 6.0


def measure(sitting: Sitting) -> float:
    """Return the inner lip distance over the eye-to-chin length (OFIQ-style), in percent. Smiles are fine."""
    return 100 * sitting.subject.face.inner_lips / sitting.subject.face.eye_to_chin

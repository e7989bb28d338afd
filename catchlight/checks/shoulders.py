"""How wide the body is where the frame ends."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Shoulders"
UNIT = "% of head height"
SENTENCES = {
    "low": "Little of the shoulders can be seen.",
    "far": "The photo shows no shoulders; send one from the chest up.",
}


class Settings(Limits):
    """Limits in % of head height."""

    low: float | None = 90.0
    far_low: float | None = 55.0


def measure(sitting: Sitting) -> float:
    """Return the person's width along the frame's lower edge, in percent of the head's height."""
    edge = sitting.alpha[-max(2, sitting.alpha.shape[0] // 100) :]
    return 100 * float(edge.mean(0).sum()) / sitting.head.height

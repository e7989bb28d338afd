"""How much was kept beside the head that is neither hair nor shoulder."""

import numpy as np

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Kept beside the head"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "Something beside the head was kept: look whether it belongs to the person.",
}


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 2.5


def measure(sitting: Sitting) -> float:
    """Return the person's area above the chin and further than 0.62 head heights from its middle.

    In percent of a square of the head's height: wide hair stays below the limit, a neighbour, a
    raised hand or a chair does not.
    """
    head = sitting.head

    above = sitting.alpha[: int(head.chin - 0.12 * head.height)]
    x = np.arange(above.shape[1])
    far = np.abs(x - head.middle) > 0.62 * head.height
    return 100 * float(above[:, far].sum()) / head.height**2

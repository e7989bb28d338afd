"""How unlike the person's newest other photo is; what is compared exists in memory only."""

from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Likeness to another photo"
UNIT = "% of the same-person limit"
SENTENCES = {
    "high": "The newest other photo may show somebody else: make sure that both photos are of this person.",
}


class Settings(Limits):
    """Limits in percent of the engine's own limit. A person decides: no photo is refused by this."""

    high: float | None = 100.0


def measure(sitting: Sitting) -> float:
    """Return the distance between the chosen and the newest other photo, in percent of the engine's limit."""
    if sitting.record.newest is None:
        message = "there is no other photo"
        raise LookupError(message)
    if sitting.unlike_newest is None:
        message = "the likeness engine cannot tell people apart"
        raise LookupError(message)
    return 100 * sitting.unlike_newest

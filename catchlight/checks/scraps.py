"""How large the largest piece is that was kept with the person and, seen alone, is none of theirs."""

from catchlight import second_look
from catchlight.checks import Limits
from catchlight.sitting import Sitting

TITLE = "Scraps of the background"
UNIT = "% of the head's square"
SENTENCES = {
    "high": "Something of the photo's background seems to have stayed at the outline: look at the edges.",
}


class Settings(Limits):
    """Limits in % of the head's square."""

    high: float | None = 0.165


def measure(sitting: Sitting) -> float:
    """Return its area in percent of a square of the head's height; 0 where the background stayed."""
    return second_look.of_head(sitting.scraps, len(sitting.portrait), sitting.head.height)

"""How much room the head has inside a round avatar."""

from typing import Any, Literal

from catchlight import framing
from catchlight.checks import Limits
from catchlight.config import Preset
from catchlight.sitting import Sitting

TITLE = "Room inside a circle"
UNIT = "% of radius"
SENTENCES = {"low": "A round avatar would cut the head; send a photo with more room around it."}


class Settings(Limits):
    """A note without limits, unless the preset asks for a circle."""

    outcome: Literal["note", "review", "retake"] = "note"


def limits(preset: Preset) -> dict[str, Any]:
    """Let a preset that asks for a circle be reviewed where the head leaves it."""
    return {"low": 0.0, "outcome": "review"} if preset.crop.circle else {}


def measure(sitting: Sitting) -> float:
    """Return the least distance from the head (crown, ears, chin) to the widest circle, in percent of its radius.

    The circle is that of the widest square crop of the frame; below 0 it cuts the head.
    """
    height, width = sitting.portrait.shape[:2]
    return 100 * framing.room_in_circle(sitting.head, framing.Frame(0, 0, height), width / height)

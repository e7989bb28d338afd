"""How much brighter the cheek towards the key is than the other, in the photo."""

from typing import Literal

from catchlight.checks import Limits
from catchlight.checks._light import key_side, lighting
from catchlight.sitting import Sitting

TITLE = "Light ratio in the photo"
UNIT = "key cheek : other cheek"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in key cheek : other cheek."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return the light on a cheek towards the preset's key over that on the other; 2 is one stop (see ``light``)."""
    return lighting(sitting.photo_light).light.ratio(key_side(sitting.preset))

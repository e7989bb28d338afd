"""Whether a Rembrandt triangle shows on the shadow cheek."""

from typing import Literal

from catchlight import triangle
from catchlight.checks import Limits
from catchlight.checks._light import key_side, lighting
from catchlight.sitting import Sitting

TITLE = "Rembrandt triangle"
UNIT = "1 there, 0 not"
SENTENCES: dict[str, str] = {}


class Settings(Limits):
    """Limits in 1 there, 0 not."""

    outcome: Literal["note", "review", "retake"] = "note"


def measure(sitting: Sitting) -> float:
    """Return 1 when the shadow cheek shows one lit patch of a triangle's size, closed in by shadow."""
    lit = lighting(sitting.light).lit
    return float(triangle.find(lit.luminance, lit.relief, key_side(sitting.preset)).is_triangle)

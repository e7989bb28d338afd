"""How far the skin's colour is from what skin can look like."""

from catchlight.checks import Limits
from catchlight.checks._skin import is_monochrome, skin_colour
from catchlight.grade import cast_of, unnatural
from catchlight.sitting import Sitting

TITLE = "Natural colour"
UNIT = "CIELAB units"
SENTENCES = {
    "high": "The photo has a colour cast that could not be taken out.",
}


class Settings(Limits):
    """Limits in CIELAB units."""

    high: float | None = 4.0


def measure(sitting: Sitting) -> float:
    """Return the distance of the portrait's median face colour, at one lightness, from a 4–29, b 4–37.5.

    The range widens that of the natural colour measure of ISO/IEC 29794-5 (see ``grade``); it asks
    nothing about how light skin is. Black-and-white photos are another check's business.
    """
    if is_monochrome(sitting.subject.picture):
        message = "the photo is black and white"
        raise LookupError(message)
    return unnatural(cast_of(skin_colour(sitting.portrait, sitting.face)))

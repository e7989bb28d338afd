"""What the checks of light share."""

from catchlight.config import Preset
from catchlight.correction import Lighting
from catchlight.lamp import lamp


def lighting(read: Lighting | None) -> Lighting:
    """Return the light as it was read, or raise LookupError."""
    if read is None:
        message = "the light cannot be read: too little skin shows, or the landmarks have no mesh"
        raise LookupError(message)
    return read


def key_side(preset: Preset) -> int:
    """Return −1 when the preset's key stands on the picture's left, 1 for the right."""
    return -1 if lamp(preset.light).azimuth < 0 else 1

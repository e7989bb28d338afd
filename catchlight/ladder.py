"""keep → crop → background → relight: how far a photo must be changed to meet the preset, and may be."""

from dataclasses import replace

import cv2
import numpy as np

from catchlight import backdrop, framing
from catchlight.config import Preset
from catchlight.framing import Head
from catchlight.grade import Grade
from catchlight.lamp import Lamp
from catchlight.light import Light
from catchlight.negative import Negative, outline
from catchlight.pixels import among, to_srgb
from catchlight.records import Rung

STEPS = tuple(Rung)
POOR = 0.25  # residual of the light's fit, share of its mean, past which the light stays as it was
BLOWN = 0.30  # share of skin without modelling: darkened, it would only turn grey
_NEAR_RATIO = 0.3  # stops between the photo's light ratio and the preset's
_NEAR = 1.0  # ΔE00 to the preset's background
_ENOUGH = 3000  # pixels of a background that are compared
_SMALL = 200  # rows of the print on which backgrounds are compared


def capped(wanted: Rung, *caps: Rung) -> Rung:
    """Return the lowest of a rung and its caps."""
    return min((wanted, *caps), key=STEPS.index)


def climb(negative: Negative, head: Head, grade: Grade, *, lit_right: bool) -> Rung:
    """Return the first rung whose result meets the preset.

    A photo that is framed right is looked at as it is: a frame may reach a pixel beyond its edge.
    """
    if not lit_right:
        return Rung.RELIGHT
    framed = framed_right(negative, head)
    if not grade.slight or not behind_is_right(replace(negative, frame=None) if framed else negative):
        return Rung.BACKGROUND
    return Rung.KEEP if framed else Rung.CROP


def behind_is_right(negative: Negative) -> bool:
    """Whether what is behind the person already is the preset's background, all over the frame."""
    if not negative.seen(negative.map(_SMALL)).all():
        return False
    try:
        return behind(negative) <= _NEAR
    except LookupError:
        return False


def behind(negative: Negative) -> float:
    """Return the mean ΔE00 from what the photo shows behind the person to the preset's background."""
    from skimage.color import deltaE_ciede2000, rgb2lab  # noqa: PLC0415  only workers need it

    to = negative.map(_SMALL)
    photo = framing.level(negative.picture, to)
    alpha = outline(negative, negative.from_sheet(_SMALL), photo)
    clear = cv2.erode(((alpha < 0.005) & negative.seen(to)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if clear.sum() < 50:
        message = "nothing of the background can be seen"
        raise LookupError(message)
    some = slice(None, None, max(1, int(clear.sum()) // _ENOUGH))
    photo, wanted = (
        among(each, clear)[None, some]
        for each in (photo, backdrop.render(negative.preset.background, to.width, _SMALL))
    )
    return float(deltaE_ciede2000(rgb2lab(photo), rgb2lab(to_srgb(wanted))).mean())


def framed_right(negative: Negative, head: Head) -> bool:
    """Whether the photo as it is has the preset's shape, head size, eye line and centre, and is level."""
    crop, (height, width) = negative.preset.crop, negative.picture.shape[:2]
    back = cv2.invertAffineTransform(negative.sheet_map.matrix)
    crown, eyes, chin = (back @ (head.middle, y, 1.0) for y in (head.crown, head.eyes, head.chin))
    share = float(np.linalg.norm(chin - crown)) / height
    return (
        abs(width / height / crop.aspect - 1) < 0.01
        and crop.head_low <= share <= crop.head_high
        and abs(eyes[1] / height - crop.eye_line) < 0.01
        and abs(eyes[0] / width - crop.centre) < 0.015
        and abs(negative.face.roll) < 0.7
        and not head.cut
        and negative.mount.shape == "none"
    )


def lit_right(light: Light, wanted: Lamp, preset: Preset) -> bool:
    """Whether a photo's light comes from where the preset wants it, about as strongly."""
    ratio = light.ratio(-1 if wanted.azimuth < 0 else 1)
    return light.away(wanted.direction) <= preset.light.tolerance and bool(
        abs(np.log2(ratio / wanted.ratio)) <= _NEAR_RATIO
    )

"""The first rung that meets the preset, and what it changes: exposure, white balance, and the light on the face."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import config, drawn, framing, grade, ladder, lamp, light, mount, neutrals, relief, relight
from catchlight.anatomy import Landmarks, OtherPicture, Picture
from catchlight.config import Preset
from catchlight.framing import Affine, Head
from catchlight.grade import Grade
from catchlight.lamp import Lamp
from catchlight.light import Light, Lit
from catchlight.negative import SMALL, Negative, beyond, level
from catchlight.neutrals import Neutrals
from catchlight.once import Once
from catchlight.pixels import luminance, to_linear
from catchlight.printing import Change
from catchlight.records import Rung
from catchlight.relief import Relief


@dataclass(frozen=True, slots=True)
class Lighting:
    """A face on its relief, and the light read from it."""

    lit: Lit
    light: Light


def read_light(picture: OtherPicture, face: Landmarks, of: Landmarks | None = None) -> Lighting | None:
    """Read the light on a face, which may be that ``of`` the photo, moved; None when it cannot be read."""
    try:
        carved = _carved(of or face)
        lit = light.spread_out(picture, relief.carried(carved, face) if of else carved)
    except LookupError:
        return None
    return Lighting(lit, light.fit(lit))


@Once
def _carved(face: Landmarks) -> Relief:
    return relief.carve(face)


def decide(
    negative: Negative, head: Head, source: Lighting | None, cap: Rung, least: Rung = Rung.KEEP
) -> tuple[Negative, Change]:
    """Choose the first rung that meets the preset, between ``least`` and ``cap``, and what it changes."""
    preset, height = negative.preset, SMALL
    filled = beyond(negative, height)
    graded = _grade(negative, filled, height)
    wanted = _lamp(source, preset)
    lit_right = wanted is None or source is None or ladder.lit_right(source.light, wanted, preset)
    wants = max(least, ladder.climb(negative, head, graded, lit_right=lit_right), key=ladder.STEPS.index)
    rung = ladder.capped(wants, cap)
    if rung is Rung.KEEP:
        return replace(negative, frame=None), Change(rung, Grade())
    if rung is Rung.CROP:
        return negative, Change(rung, Grade(), filled=filled)
    if ladder.capped(Rung.RELIGHT, cap) is Rung.RELIGHT:
        graded = _exposed(graded, preset.light)
    change = Change(rung, graded, filled=filled)
    if rung is Rung.RELIGHT and source is not None and wanted is not None:
        stops = _gain(source, wanted, graded, preset.light.strength)
        stops = relight.extend(stops, source.lit.relief, negative.map(height))
        change = replace(change, stops=stops + _rim(negative, wanted))
        change = keep_skin(negative, change, source.lit)
    return negative, change


def _exposed(of: Grade, light: config.Light) -> Grade:
    """Expose as the preset's pattern does, whoever it is and whether or not their light can be read."""
    return replace(of, pattern=lamp.lamp(light).exposure * light.strength)


def _gain(source: Lighting, wanted: Lamp, graded: Grade, strength: float) -> Float32[np.ndarray, "h w"]:
    """Return the change of light over the relief; a light drawn with its shadows is measured as it will be printed."""
    if not wanted.closes:
        return relight.gain(source.lit, source.light, wanted, strength)
    return drawn.gain(drawn.graded(source.lit, graded), source.light, wanted, strength)


def keep_skin(negative: Negative, change: Change, lit: Lit) -> Change:
    """Shift a change of light so that skin keeps its median luminance as the grade exposes it, the highlights' shoulder included."""
    to = negative.map(SMALL)
    photo = to_linear(framing.level(negative.picture, to))
    back = framing.between(to, lit.relief.map)
    for _ in range(2 if change.stops is not None else 0):
        there = back.warp(luminance(change.on(photo, SMALL, 0)))[lit.skin]
        moved = np.log2(max(float(np.median(there)), 1e-6) / lit.level) - change.grade.exposure
        change = replace(change, stops=np.asarray(change.stops, np.float32) - np.float32(moved))
    return change


def _rim(negative: Negative, wanted: Lamp) -> Float32[np.ndarray, "h w"] | float:
    """Return the preset's light from behind, on the grid on which the change of light lies."""
    if not negative.preset.light.rim:
        return 0.0
    alpha = negative.from_sheet(relight.FIELD).warp(negative.alpha, outside=0.0)
    face = _hull(alpha, negative.map(relight.FIELD).points(negative.face.oval)).astype(np.float32)
    return relight.rim(alpha, -1 if wanted.azimuth < 0 else 1, negative.preset.light.rim, face)


def _lamp(source: Lighting | None, preset: Preset) -> Lamp | None:
    """Return the lamp to relight by; None when the light cannot be read well enough to change it."""
    if source is None or not preset.light.strength:
        return None
    if source.light.unexplained > ladder.POOR or source.lit.blown > ladder.BLOWN:
        return None
    try:
        return lamp.place(source.lit.relief, lamp.lamp(preset.light))
    except LookupError:
        return None


def _grade(negative: Negative, filled: Picture | None, height: int) -> Grade:
    """Measure exposure and white balance on a small copy."""
    photo = level(negative, filled, height, (0, height))
    oval = negative.map(height).points(negative.face.oval)
    skin = _hull(photo, (oval - oval.mean(0)) * 0.8 + oval.mean(0))
    return grade.measure(to_linear(photo), skin, negative.preset.light, white_of(negative))


def _hull(picture: np.ndarray, outline: np.ndarray) -> Bool[np.ndarray, "h w"]:
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return mask > 0


def white_of(negative: Negative) -> Neutrals:
    """Look at what should be without colour in a photo."""
    return _white_of(negative.sheet, negative.alpha, negative.mount, negative.face, negative.sheet_map)


@Once
def _white_of(
    sheet: OtherPicture, alpha: Float32[np.ndarray, "H W"], of: mount.Mount, face: Landmarks, to: Affine
) -> Neutrals:
    return neutrals.find(sheet, face.moved(to.matrix), (alpha > 0.95) & of.seen(to))

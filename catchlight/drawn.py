"""A light that is drawn with its shadows, as Rembrandt's: the picture itself is brought to it, not only the fit.

Harmonics of the second order know no cast shadows, so the photo's light is the fit and what the skin
shows beside it; the lamp is tried from the places around it until triangle, direction and ratio
can be measured on the picture it makes (facts of the pattern in ``triangle``).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import triangle
from catchlight.grade import Grade, shoulder
from catchlight.lamp import Lamp, closing, target
from catchlight.light import Light, Lit, fit
from catchlight.pixels import in_all
from catchlight.relief import UNIT
from catchlight.relight import below, ceiling, shading, spread

_PATCH = 0.12  # T: what is even within this distance counts as light, what is finer as the skin's own
_SHADED = 0.03  # T: the same in the lamp's shadow, where highlights of the photo's light do not stay
_SHADOW = 4  # times the fill: about half of what the lamp gives
_PRINTED = 0.8  # grid pixels: how far the print's coarser grid blurs a change of light
_FAR = 0.35  # T: looked at where nothing nearer can be seen
_THIN = 0.1
_HAIR = 1.0  # stops: what is darker than the light explains by more is taken for hair
_PASSES, _TRIES = 5, 6
_ASIDE = (43.0, 61.0)  # degrees: 35 to 65, with room for what reads otherwise on the print
_DARK = 0.55  # around the triangle: 0.6, with room to spare
_NEAR = 0.1  # of the ratio
_SERVO = (0.8, 1.25)
_WHITE, _BURNT = 0.94, 0.05  # linear; share of skin that may become so
_LESS = 0.85
_DEEPER = 1.12  # where shadows do not close
_SHIFTS = 2  # rounds in which skin's median is kept; the print makes as many
_ASKED = np.array([0.75, 1.6])


@dataclass(frozen=True, slots=True)
class Try:
    """A change of light in stops, and how it measures up on the picture it makes.

    ``missed`` is 0 for all of the pattern; ``more``: by how much to ask for more ratio next time;
    ``turn``: 1 where the light should come from further aside, −1 from nearer the camera.
    """

    stops: Float32[np.ndarray, "h w"]
    missed: float
    more: float
    turn: int


def gain(lit: Lit, light: Light, of: Lamp, strength: float) -> Float32[np.ndarray, "h w"]:
    """Return the change of light over the relief, in stops; skin's median luminance is kept.

    The lamp is moved, and asked for more or less ratio, by what the picture before it lacked.
    """
    best = now = _try(lit, light, of, of.ratio, strength)
    asked, tries, last = of.ratio, 1, of
    for place in closing(lit.relief, of):
        if best.missed == 0 or tries == _TRIES:
            break
        if place == of or (now.turn and now.turn * of.side * (place.azimuth - last.azimuth) <= 0):
            continue
        asked = float(np.clip(asked * now.more, *_ASKED * of.ratio))
        now, tries, last = _try(lit, light, replace(place, ratio=asked), of.ratio, strength), tries + 1, place
        best = min(best, now, key=lambda made: made.missed)
    return best.stops


def graded(lit: Lit, of: Grade) -> Lit:
    """Return a face as exposure and white balance leave it; the brightest channel of skin is red."""
    return replace(lit, peak=lit.peak * np.float32(of.gains[0] * 2**of.exposure))


def _try(lit: Lit, light: Light, of: Lamp, ratio: float, strength: float) -> Try:
    stops = _draw(lit, light, of, strength)
    now = _made(lit, stops)
    over, aside = _over(now, of.side, ratio), of.side * fit(now).azimuth
    open_, more = _open(now, of.side), 1 / float(np.clip(over, *_SERVO))
    turn = int(aside < _ASIDE[0]) - int(aside > _ASIDE[1])
    missed = _missed(over, aside) + open_
    if (burnt := _burnt(now) - _burnt(lit)) > _BURNT:  # more of the face in the light burns less of it
        return Try(stops, missed + 20 * burnt, _LESS, -1)
    return Try(stops, missed, max(more, _DEEPER) if open_ else more, turn)


def _burnt(lit: Lit) -> float:
    """Return the share of skin, 0–1, that is nearly white in a channel."""
    return float((lit.peak[lit.bare] > _WHITE).mean())


def _missed(over: float, aside: float) -> float:
    """Return what is missed: up to 2 for the direction, up to 1 for the ratio."""
    off, ratio = max(_ASIDE[0] - aside, aside - _ASIDE[1], 0.0), abs(float(np.log2(over)))
    return min(off / 10, 2.0) + min(ratio, 1.0) * (ratio > np.log2(1 + _NEAR))


def _open(now: Lit, side: int) -> float:
    """Return 0 for a triangle that is closed with room to spare, 0.6 for one that just is, 2 for none."""
    if triangle.find(now.luminance, now.relief, side, _DARK).is_clear:
        return 0.0
    return 0.6 if triangle.find(now.luminance, now.relief, side).is_triangle else 2.0


def _over(now: Lit, side: int, ratio: float) -> float:
    try:
        return triangle.ratio(now.luminance, now.relief, side) / ratio
    except LookupError:
        return 1.0


def _draw(lit: Lit, light: Light, of: Lamp, strength: float) -> Float32[np.ndarray, "h w"]:
    """Return the change to one lamp: over the photo's light at first, then by what the picture lacks."""
    lamp, high = target(lit.relief, of), ceiling(lit)
    fit_, dark = shading(lit, light.coefficients), _shadow(lamp, lit.relief.face)
    bare = _bare(lit, fit_)
    there = fit_ + _patches(_log(lit) - fit_, bare, dark)
    wanted = there + strength * (np.log2(lamp) - there)
    asked = spread(wanted - there, lit.relief.face, of.blur * UNIT)
    asked -= np.median(asked[lit.skin])
    for _ in range(_PASSES):
        stops = _kept(below(_bounded(asked, of.reach), high), lit)
        excess = _log(_made(lit, stops)) - wanted
        asked = asked - _patches(excess - np.median(excess[lit.skin]), bare, dark)
    return stops


def _kept(stops: Float32[np.ndarray, "h w"], lit: Lit) -> Float32[np.ndarray, "h w"]:
    """Shift a change of light so that skin keeps its median, the shoulder of the highlights included."""
    for _ in range(_SHIFTS):
        after = float(np.median(_made(lit, stops).luminance[lit.skin]))
        stops = stops - np.float32(np.log2(after / float(np.median(lit.luminance[lit.skin]))))
    return stops


def _shadow(lamp: Float32[np.ndarray, "h w"], face: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return where the lamp does not reach, 1 there, its edges included."""
    dark = cv2.dilate((lamp < _SHADOW * lamp[face].min()).astype(np.float32), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 1.0))


def _bare(lit: Lit, there: Float32[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    return lit.bare & (_log(lit) - there > -_HAIR)


def _log(lit: Lit) -> Float32[np.ndarray, "h w"]:
    return np.log2(np.maximum(lit.luminance, 1e-3))


def _bounded(stops: Float32[np.ndarray, "h w"], reach: float) -> Float32[np.ndarray, "h w"]:
    """Return stops that never pass ``reach``, and are what was asked for up to about two thirds of it."""
    return stops / (1 + np.abs(stops / reach) ** 4) ** 0.25


def _patches(
    excess: Float32[np.ndarray, "h w"], where: Bool[np.ndarray, "h w"], dark: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    """Return by how much wide patches are too bright, in stops; in shadow finer highlights too, never a mole or a fold."""
    wide = _mean(excess, where, _PATCH)
    return wide + dark * np.maximum(_mean(excess, where, _SHADED) - wide, 0)


def _mean(
    stops: Float32[np.ndarray, "h w"], where: Bool[np.ndarray, "h w"], near_by: float
) -> Float32[np.ndarray, "h w"]:
    """Return the mean around each place; where little is seen, of what is further away."""
    far, near = _sums(stops, where, _FAR), _sums(stops, where, near_by)
    return (near[0] + _THIN * far[0] / np.maximum(far[1], 1e-3)) / (near[1] + _THIN)


def _sums(
    stops: Float32[np.ndarray, "h w"], where: Bool[np.ndarray, "h w"], sigma: float
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    both = cv2.merge([np.where(where, stops, 0).astype(np.float32), where.astype(np.float32)])
    values, weight = cv2.split(cv2.GaussianBlur(both, (0, 0), sigma * UNIT))
    return values, weight


def _made(lit: Lit, stops: Float32[np.ndarray, "h w"]) -> Lit:
    """Return the face after a change of light as it is printed, with the shoulder of the highlights."""
    peak = lit.peak * np.exp2(cv2.GaussianBlur(stops, (0, 0), _PRINTED))
    times = shoulder(in_all(peak))[..., 0] / np.maximum(lit.peak, 1e-6)
    return replace(lit, luminance=lit.luminance * times, peak=lit.peak * times)

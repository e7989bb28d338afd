"""Relight a face by a ratio image: what the preset's lamp would give, over what the photo's light gave.

Each pixel's three channels are multiplied by one scalar (Wen, Liu & Huang 2003, Face Relighting with
Radiance Environment Maps), so that geometry, texture and hue of the skin stay as photographed. The
median luminance of skin stays what it was, whatever its tone.
"""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from catchlight.framing import Affine, between
from catchlight.lamp import Lamp, target
from catchlight.light import Light, Lit, coefficients, harmonics, irradiance
from catchlight.once import Once
from catchlight.relief import UNIT, Relief

FIELD = 160  # rows of the grid on which the change of light lies over a whole portrait
_RIM = 0.14  # T: so far from the face's outline, normals are not to be trusted
_RIM_LIGHT = 1.2  # stops
_SWEEPS = 30
_PASSES = 5
_EVEN = 0.12  # T: how far the ceiling of highlights is evened out, so that it draws no patches
_CLIPS = 0.9  # linear: the shoulder begins to flatten
_FLOOR = 0.15  # of the median: the photo's light is never taken to be darker


def gain(lit: Lit, light: Light, of: Lamp, strength: float) -> Float32[np.ndarray, "h w"]:
    """Return the change of light over the relief, in stops; skin's median luminance is kept."""
    there = shading(lit, light.coefficients)
    wanted = there + strength * (np.log2(target(lit.relief, of)) - there)
    high, asked, stops = ceiling(lit), np.zeros_like(there), np.zeros_like(there)
    for again in range(_PASSES):  # what the fit missed shows in what it made
        if again:
            now = replace(lit, luminance=lit.luminance * np.exp2(stops))
            there = shading(now, coefficients(now))
        more = spread(wanted - there, lit.relief.face, of.blur * UNIT)
        asked = asked + more - np.median(more[lit.skin])
        stops = keep_median(below(of.reach * np.tanh(asked / of.reach), high), lit)
        stops = np.clip(stops, -of.reach, of.reach)
    return stops


def below(
    stops: Float32[np.ndarray, "h w"], ceiling: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    """Return the lesser of both, without an edge where they meet."""
    return ceiling - np.logaddexp(0, (ceiling - stops) * 4) / 4


def ceiling(lit: Lit) -> Float32[np.ndarray, "h w"]:
    """Return how many stops brighter each place may become before skin loses its colour; never below 0."""
    peak = cv2.GaussianBlur(np.maximum(lit.peak, 1e-3), (0, 0), _EVEN * UNIT)
    return np.maximum(np.log2(_CLIPS / peak), 0)


def shading(lit: Lit, of: Float64[np.ndarray, " 9"]) -> Float32[np.ndarray, "h w"]:
    """Return how bright light of these coefficients makes each place, in stops."""
    there = irradiance(_harmonics(lit.relief.normals), of)
    return np.log2(np.maximum(there, _FLOOR * float(np.median(there[lit.relief.face]))))


_harmonics = Once(harmonics)  # a face is lit several times


def spread(
    stops: Float32[np.ndarray, "h w"], face: Bool[np.ndarray, "h w"], sigma: float
) -> Float32[np.ndarray, "h w"]:
    """Smooth within the face."""
    weight = cv2.GaussianBlur(face.astype(np.float32), (0, 0), sigma)
    return cv2.GaussianBlur(np.where(face, stops, 0), (0, 0), sigma) / np.maximum(weight, 1e-3)


def keep_median(stops: Float32[np.ndarray, "h w"], lit: Lit) -> Float32[np.ndarray, "h w"]:
    """Shift a change of light so that the median luminance of skin stays."""
    after = lit.luminance[lit.skin] * np.exp2(stops[lit.skin])
    return stops - np.float32(np.log2(np.median(after) / np.median(lit.luminance[lit.skin])))


def extend(
    stops: Float32[np.ndarray, "h w"], relief: Relief, frame: Affine, reach: float = 2.0
) -> Float32[np.ndarray, "H W"]:
    """Carry the face's change of light over ears, neck, hair and clothes, fading out over ``reach`` T.

    ``frame`` maps the relief's picture to the portrait. Returns the change in stops on a grid of the
    portrait's shape and of ``FIELD`` rows: the solution of the screened Laplace equation around the
    face, so that there is no seam.
    """
    to = between(relief.map, _field(frame))
    rim = round(_RIM * UNIT)
    inner = cv2.erode(relief.face.astype(np.uint8), np.ones((rim, rim), np.uint8), borderValue=0)
    known = to.warp(inner * np.uint8(255), outside=0.0) > 250
    return _run_out(to.warp(stops, outside=0.0), known, reach * UNIT * to.scale)


def _field(frame: Affine) -> Affine:
    scale = FIELD / frame.height
    return Affine(frame.matrix * scale, max(1, round(frame.width * scale)), FIELD)


def rim(
    alpha: Float32[np.ndarray, "h w"], key_side: int, amount: float, face: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    """Return light from behind along the outline away from the key, in stops: hair and shoulders, not the ``face``.

    ``alpha`` and ``face`` (1 on it) are small, as the change of light is; ``amount`` 1 is ``_RIM_LIGHT`` stops.
    """
    soft = cv2.GaussianBlur(alpha, (0, 0), 0.012 * alpha.shape[0])
    down, across = np.gradient(soft)
    towards = (key_side * across + 0.5 * down) / np.maximum(np.hypot(across, down), 1e-4)
    band = 4 * soft * (1 - soft) * np.clip(towards, 0, 1)
    away = 1 - cv2.GaussianBlur(face, (0, 0), 0.012 * alpha.shape[0])
    return (_RIM_LIGHT * amount * band * away).astype(np.float32)


def _run_out(
    values: Float32[np.ndarray, "h w"], known: Bool[np.ndarray, "h w"], reach: float
) -> Float32[np.ndarray, "h w"]:
    """Solve Δu = u / reach² where nothing is known, coarse to fine (Jacobi sweeps on a pyramid)."""
    found = np.zeros_like(values)
    if min(values.shape) >= 16:
        size = values.shape[1] // 2, values.shape[0] // 2
        share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(np.where(known, values, 0), size, interpolation=cv2.INTER_AREA)
        coarse = _run_out(mean / np.maximum(share, 1e-6), share > 0.5, reach / 2)
        found = cv2.resize(coarse, values.shape[::-1], interpolation=cv2.INTER_LINEAR)
    around = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / np.float32(4 + 1 / reach**2)
    for _ in range(_SWEEPS):
        found = np.where(known, values, found)
        found = cv2.filter2D(found, -1, around, borderType=cv2.BORDER_REPLICATE)
    return np.where(known, values, found).astype(np.float32)

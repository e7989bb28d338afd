"""The light in a photo, read from skin: direction, key to fill, softness, and how well that explains it.

Spherical harmonics to the second order with Lambert's kernel (Ramamoorthi & Hanrahan 2001, An Efficient
Representation for Irradiance Environment Maps), fitted robustly to linear luminance over the relief.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from catchlight.anatomy import Landmarks, Picture
from catchlight.once import Once
from catchlight.pixels import brightest, luminance, median, to_linear
from catchlight.relief import UNIT, Relief, carve

_KERNEL = np.array([np.pi, *[2 * np.pi / 3] * 3, *[np.pi / 4] * 5])
_HELD = np.diag([0.0, 1, 1, 1, *[3.5**2] * 5])  # higher bands must earn their place
_ROUNDS, _HUBER = 8, 1.345
_DARK, _BRIGHT = 0.004, 0.97  # linear luminance that says nothing about light: black and clipped
_LEAST_FRONT = 0.4  # light from beside or behind is read as 68 degrees off the camera: no more can be told
_CHEEK = 35.0  # degrees
_LEAST_LIGHT = 0.05  # of the mean
_BLOWN = 0.9  # linear
_ENOUGH = 300  # grid pixels of skin


@dataclass(frozen=True, slots=True)
class Light:
    """What lights a face.

    ``direction`` is the unit vector towards the dominant light (x to the picture's right, y up, z to the
    camera); ``softness`` 0–1, 1 a light without edges; ``explained`` is
    the robust R² of the fit, ``unexplained`` its residual as a share of the mean.
    """

    coefficients: Float64[np.ndarray, " 9"]
    direction: Float64[np.ndarray, " 3"]
    softness: float
    explained: float
    unexplained: float

    @property
    def azimuth(self) -> float:
        """Degrees aside; positive from the picture's right."""
        return float(np.degrees(np.arctan2(self.direction[0], self.direction[2])))

    @property
    def elevation(self) -> float:
        """Degrees above the face."""
        return float(np.degrees(np.arcsin(np.clip(self.direction[1], -1, 1))))

    def away(self, direction: Float64[np.ndarray, " 3"]) -> float:
        """Return the angle to another direction (a unit vector), degrees."""
        return float(np.degrees(np.arccos(np.clip(self.direction @ direction, -1, 1))))

    def ratio(self, key_side: int) -> float:
        """Return how much more light the cheek towards the key gets than the other; 2 is one stop.

        Cheeks stand for surfaces turned 35° to either side, so that a turned head reads like a straight
        one. ``key_side`` is −1 for a key on the picture's left.
        """
        away = np.radians(_CHEEK)
        left, right = self.on(
            np.array([[-np.sin(away), 0, np.cos(away)], [np.sin(away), 0, np.cos(away)]], np.float32)
        )
        ratio = max(float(left), _LEAST_LIGHT) / max(float(right), _LEAST_LIGHT)
        return ratio if key_side < 0 else 1 / ratio

    def on(self, normals: Float32[np.ndarray, "... 3"]) -> Float32[np.ndarray, "..."]:
        """Return the irradiance that this light gives to surfaces of these normals, 1 for the mean skin."""
        return irradiance(harmonics(normals), self.coefficients)


def irradiance(
    of: Float64[np.ndarray, "... 9"], coefficients: Float64[np.ndarray, " 9"]
) -> Float32[np.ndarray, "..."]:
    """Return what light of these coefficients gives to surfaces of these harmonics, 1 for the mean skin."""
    return (of @ (_KERNEL * coefficients)).astype(np.float32)


def harmonics(n: Float32[np.ndarray, "... 3"]) -> Float64[np.ndarray, "... 9"]:
    """Return the nine real spherical harmonics of unit normals."""
    x, y, z = (n[..., k].astype(np.float64) for k in range(3))
    one = np.ones_like(x)
    return np.stack(
        [0.282095 * one, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
         0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)], axis=-1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lit:
    """A face on its relief: linear luminance (1 for the median of skin), and which of it is plain skin.

    ``level`` is the linear luminance of the median, ``peak`` each place's brightest channel (linear, 0–1),
    ``bare`` all that has skin's colour, nose and the surroundings of the mouth included.
    """

    relief: Relief
    luminance: Float32[np.ndarray, "h w"]
    peak: Float32[np.ndarray, "h w"]
    skin: Bool[np.ndarray, "h w"]
    bare: Bool[np.ndarray, "h w"]
    level: float

    @property
    def blown(self) -> float:
        """Share of the skin, 0–1, in which a channel is so bright that it says nothing about the light."""
        return float((self.peak[self.relief.skin] > _BLOWN).mean())


def spread_out(picture: Picture, relief: Relief) -> Lit:
    """Lay a picture over the relief of a face in it. LookupError when too little skin can be seen."""
    linear = to_linear(np.ascontiguousarray(relief.map.warp(picture)))
    bright = luminance(linear)
    skin = plain_skin(linear, bright, relief)
    if skin.sum() < _ENOUGH:
        message = "too little skin can be seen to read the light"
        raise LookupError(message)
    level = max(float(np.median(bright[skin])), 1e-6)
    bare = relief.open & (bright > _DARK) & _of_one_colour(linear, skin)
    return Lit(relief, bright / level, brightest(linear), skin, bare, level)


def plain_skin(
    linear: Float32[np.ndarray, "h w 3"], bright: Float32[np.ndarray, "h w"], relief: Relief
) -> Bool[np.ndarray, "h w"]:
    """Return bare skin: no features, no rim, nothing of another colour such as beards and glasses."""
    inner = cv2.erode(relief.skin.astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=0) > 0
    usable = inner & (bright > _DARK) & (brightest(linear) < _BRIGHT)
    if not usable.any():
        return usable
    return usable & _of_one_colour(linear, usable)


def _of_one_colour(
    linear: Float32[np.ndarray, "h w 3"], of: Bool[np.ndarray, "h w"]
) -> Bool[np.ndarray, "h w"]:
    """Return what has the colour that most of these pixels have."""
    total = linear[..., 0] + linear[..., 1] + linear[..., 2]
    share = linear / np.maximum(total, np.float32(1e-6))[..., None]
    away = brightest(np.abs(share - median(share[of])))
    return np.asarray(away < max(0.03, 3.5 * 1.4826 * float(np.median(away[of]))))


def measure(picture: Picture, face: Landmarks) -> Light:
    """Return the light in a picture of a face. LookupError when it cannot be read."""
    return fit(spread_out(picture, carve(face)))


def fit(lit: Lit) -> Light:
    """Fit the light to the luminance of skin, by least squares reweighted after Huber."""
    values, basis, weights, found = _fitted(lit)
    direction = _direction(basis[:4], values, weights)
    return Light(found, direction, softness(lit), *_trust(values, values - found @ basis, weights))


def coefficients(lit: Lit) -> Float64[np.ndarray, " 9"]:
    """Return what :func:`fit` finds of the light's harmonics, and nothing else of it."""
    return _fitted(lit)[-1]


def _fitted(lit: Lit) -> tuple[np.ndarray, np.ndarray, np.ndarray, Float64[np.ndarray, " 9"]]:
    """Return the values of skin, what each harmonic gives to them, how much they count, and the coefficients."""
    values, basis = lit.luminance[lit.skin].astype(np.float64), _basis(lit.relief.normals, lit.skin)
    weights = np.ones(len(values))
    found = np.zeros(9)
    for _ in range(_ROUNDS):
        found = _solve(basis, values, weights)
        residual = np.abs(values - found @ basis)
        scale = 1.4826 * float(np.median(residual)) + 1e-6
        weights = np.minimum(1, _HUBER * scale / np.maximum(residual, 1e-9))
    return values, basis, weights, found


@Once
def _basis(
    normals: Float32[np.ndarray, "h w 3"], skin: Bool[np.ndarray, "h w"]
) -> Float64[np.ndarray, "9 n"]:
    """Return what each harmonic gives to each place of skin; a face is fitted several times."""
    return np.ascontiguousarray((harmonics(normals[skin]) * _KERNEL).T)


def _solve(
    basis: Float64[np.ndarray, "k n"], values: Float64[np.ndarray, " n"], weights: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " k"]:
    """Solve for the coefficients, the higher bands held back (Tikhonov)."""
    weighted = basis * weights
    hold = 3e-3 * float(weights.sum()) * _HELD[: len(basis), : len(basis)]
    return np.asarray(np.linalg.solve(weighted @ basis.T + hold, weighted @ values))


def _direction(
    basis: Float64[np.ndarray, "4 n"], values: Float64[np.ndarray, " n"], weights: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " 3"]:
    """Return where the light comes from, by the first band alone: from the front, z and z² are hard to tell apart."""
    y, z, x = _solve(basis, values, weights)[1:]
    towards = np.array([x, y, max(z, _LEAST_FRONT * float(np.hypot(x, y)), 1e-3)])
    return np.asarray(towards / np.linalg.norm(towards))


def _trust(values: np.ndarray, residual: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    mean = float(np.average(values, weights=weights))
    left, there = (float(np.average(v**2, weights=weights)) for v in (residual, values - mean))
    return 1 - left / max(there, 1e-9), float(np.sqrt(left)) / max(mean, 1e-6)


def softness(lit: Lit) -> float:
    """Return how soft shadow edges are: 0 for an edge of 1.5 stops within a tenth of T, 1 for none."""
    stops = np.log2(np.maximum(lit.luminance, 1e-3))
    weight = cv2.GaussianBlur(lit.skin.astype(np.float32), (0, 0), 0.03 * UNIT)
    smooth = cv2.GaussianBlur(np.where(lit.skin, stops, 0).astype(np.float32), (0, 0), 0.03 * UNIT)
    smooth /= np.maximum(weight, 1e-3)
    steep = np.hypot(*np.gradient(smooth)) * UNIT / 10
    inner = cv2.erode(lit.skin.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float(np.clip(1 - np.percentile(steep[inner], 95) / 1.5, 0, 1)) if inner.any() else 1.0

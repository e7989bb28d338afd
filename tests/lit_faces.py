"""Faces under a known light, for tests of light: a real relief, painted with skin, noise, a beard and glasses."""

import numpy as np
from jaxtyping import Float32

from catchlight.anatomy import Picture
from catchlight.lamp import Lamp
from catchlight.pixels import to_srgb
from catchlight.relief import Relief

SKIN = np.array([0.42, 0.24, 0.16], np.float32)  # linear, of a light person in good light
HAIR = np.array([0.05, 0.04, 0.035], np.float32)
_CHEEK = np.radians(35)


def shade(relief: Relief, key: Lamp) -> Float32[np.ndarray, "h w"]:
    """Return the irradiance of one distant lamp and an even fill, so that cheeks turned by 35° show its ratio."""
    towards = key.direction.astype(np.float32)
    cheeks = np.array([[x * np.sin(_CHEEK), 0, np.cos(_CHEEK)] for x in (-1, 1)]) @ towards
    far, near = np.sort(np.maximum(cheeks, 0))
    fill = (near - key.ratio * far) / (key.ratio - 1)
    assert fill > 0, "no fill gives this ratio"
    return np.asarray(np.maximum(relief.normals @ towards, 0) + fill, np.float32)


def paint(
    relief: Relief, light: Float32[np.ndarray, "h w"], *, uneven: float = 0.15, skin: np.ndarray = SKIN
) -> Float32[np.ndarray, "h w 3"]:
    """Return skin under a light (linear); its reflectance is log-normal noise around one colour."""
    pattern = np.exp(uneven * np.random.default_rng(1).standard_normal(light.shape))
    level = 0.6 * light * pattern / np.median(light[relief.skin])
    return (level[..., None] * skin).astype(np.float32)


def dress(relief: Relief, linear: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Put on a full dark beard and glasses that glare."""
    at, (rows, columns) = relief.at, np.indices(linear.shape[:2])
    beard = relief.face & (rows > at.mouth_right[1] - 4)
    level = linear.mean(-1, keepdims=True) / SKIN.mean()
    dressed = np.where(beard[..., None], level * HAIR, linear)
    for eye in (at.right_eye, at.left_eye):
        dressed[(np.abs(columns - eye[0]) < 10) & (np.abs(rows - eye[1]) < 7)] = 0.95
    return dressed.astype(np.float32)


def picture(linear: Float32[np.ndarray, "h w 3"]) -> Picture:
    """Return what a camera makes of it; its landmarks are the relief's ``at``."""
    return to_srgb(np.ascontiguousarray(linear))

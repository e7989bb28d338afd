"""OFIQ-style raw values of a portrait: definitions of ISO/IEC 29794-5:2025, landmarks and matte of ours.

What looks at light and colour works, as OFIQ does, on the portrait brought to 616 × 616 pixels with
the eyes at fixed places, and on 8-bit *linear* luminance.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from catchlight.anatomy import Landmarks, Picture
from catchlight.framing import Affine
from catchlight.once import Once
from catchlight.pixels import luminance, to_linear
from catchlight.sitting import Sitting

SIDE = 616
DARK, BURNT = 25, 247  # of 255: up to, and from
# Where eyes, nose tip and mouth corners lie: right eye, left eye, nose, right and left mouth corner.
_PLACES = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)], np.float32)
_BROWS = 0.42  # above the eyes, in eye distances: OFIQ's outline of a face knows no forehead
_VIEW = np.s_[: SIDE - 108, 62 : SIDE - 62]  # where the background is looked at
_VIEW_SIZE = 295, 354
_RIM = np.ones((9, 9), np.uint8)  # 4 pixels around the person are not background
# Linear sRGB to XYZ of illuminant D50 (Bradford), and its white.
_TO_D50 = np.array([[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169],
                    [0.0139322, 0.0971045, 0.7141733]])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aligned:
    """A portrait in OFIQ's square: its colours, luminance in 0–255, and what is face, cheek, background."""

    picture: Picture
    luminance: UInt8[np.ndarray, "h w"]
    face: Bool[np.ndarray, "h w"]
    background: Bool[np.ndarray, "h w"]
    cheeks: tuple[tuple[slice, slice], tuple[slice, slice]]

    @property
    def shades(self) -> Float[np.ndarray, " 256"]:
        """Return the share of the face's pixels at each luminance; LookupError when there are none."""
        inside = self.luminance[self.face]
        if not inside.size:
            message = "the face lies outside of the picture"
            raise LookupError(message)
        return np.bincount(inside, minlength=256) / inside.size


def aligned(sitting: Sitting) -> Aligned:
    """Return the portrait in OFIQ's square; made once, however many checks of one sitting ask."""
    return _align(sitting.portrait, sitting.alpha, sitting.face)


def align(portrait: Picture, alpha: Float[np.ndarray, "h w"], face: Landmarks) -> Aligned:
    """Bring a portrait into OFIQ's square: turned, scaled and shifted by five points, never bent."""
    five = np.stack([face.right_eye, face.left_eye, face.nose, face.mouth_right, face.mouth_left])
    matrix, _ = cv2.estimateAffinePartial2D(five, _PLACES, method=cv2.LMEDS)
    to = Affine(matrix, SIDE, SIDE)
    picture, person = to.warp(portrait, outside=0.0), to.warp(alpha, outside=2.0)
    light = cv2.convertScaleAbs(luminance(to_linear(picture)), alpha=255)
    hull = _hull(to.points(face.oval), to.points(face.eyes), face.eye_distance * to.scale)
    return Aligned(picture, light, hull & (person > 0.5) & (person <= 1), person < 0.05, _cheeks(to, face))


_align = Once(align)


def _hull(oval: np.ndarray, eyes: np.ndarray, apart: float) -> Bool[np.ndarray, "h w"]:
    """Return what lies inside the face's outline, from the brows down."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(oval).astype(np.int32)), (1,))
    mask[: max(0, int(eyes[1] - _BROWS * apart))] = 0
    return mask > 0


def _cheeks(to: Affine, face: Landmarks) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the two squares below the eyes, halfway to the mouth, 0.3 eye distances wide."""
    mouth = to.points((face.mouth_right + face.mouth_left) / 2)[1]
    half = 0.15 * face.eye_distance * to.scale

    def square(eye: np.ndarray) -> tuple[slice, slice]:
        x, y = to.points(eye)
        y = (y + mouth) / 2
        return slice(max(0, round(y - half)), round(y + half)), slice(max(0, round(x - half)), round(x + half))  # fmt: skip

    return square(face.right_eye), square(face.left_eye)


def background_uniformity(view: Aligned) -> float:
    """Return the mean gradient (Sobel) of the background's luminance; LookupError when none is in view."""
    light = cv2.resize(view.luminance[_VIEW], _VIEW_SIZE, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    behind = cv2.resize(view.background[_VIEW].astype(np.uint8), _VIEW_SIZE, interpolation=cv2.INTER_NEAREST)
    behind = cv2.erode(behind, _RIM, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    if not behind.any():
        message = "the person fills the picture: there is no background to look at"
        raise LookupError(message)
    steep = cv2.magnitude(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1))
    return float(steep[behind > 0].mean())


def illumination_uniformity(view: Aligned) -> float:
    """Return how far the luminances of the two cheeks overlap: 0 not at all, 1 the same."""
    shares = [np.bincount(view.luminance[cheek].ravel(), minlength=256) for cheek in view.cheeks]
    right, left = (share / max(share.sum(), 1) for share in shares)
    return float(np.minimum(right, left).sum())


def luminance_mean(view: Aligned) -> float:
    """Return the mean luminance of the face, 0–1."""
    return float(view.shades @ np.arange(256)) / 255


def luminance_variance(view: Aligned) -> float:
    """Return the variance of the face's luminance, of which 0–1 is the range."""
    shades, level = view.shades, np.arange(256) / 255
    return float(shades @ (level - shades @ level) ** 2)


def under_exposure(view: Aligned) -> float:
    """Return the share of the face with a luminance of at most 25 of 255."""
    return float(view.shades[: DARK + 1].sum())


def over_exposure(view: Aligned) -> float:
    """Return the share of the face with a luminance of at least 247 of 255."""
    return float(view.shades[BURNT:].sum())


def dynamic_range(view: Aligned) -> float:
    """Return the entropy of the face's luminances, in bits (0–8)."""
    shades = view.shades[view.shades > 0]
    return abs(float((shades * np.log2(shades)).sum()))


def natural_colour(view: Aligned) -> float:
    """Return how far the cheeks' mean colour is from CIELAB (D50) a 5–25, b 5–35; 100 when a or b is negative."""
    mean = np.mean([view.picture[cheek].mean((0, 1)) for cheek in view.cheeks], axis=0) / 255
    linear = np.where(mean <= 0.04045, mean / 12.92, ((mean + 0.055) / 1.055) ** 2.4)
    x, y, z = np.array([_root(v) for v in (_TO_D50 @ linear) / _TO_D50.sum(1)])
    a, b = 500 * (x - y), 200 * (y - z)
    if min(a, b) < -1e-6:  # a grey is not on the far side
        return 100.0
    return float(np.hypot(max(0, 5 - a, a - 25), max(0, 5 - b, b - 35)))


def _root(t: float) -> float:
    return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116


def inter_eye_distance(face: Landmarks) -> float:
    """Return the pixels between the eyes, as if the head were not turned."""
    return face.eye_distance / float(np.cos(np.radians(face.yaw)))


def margins(picture: Picture, face: Landmarks) -> dict[str, float]:
    """Return the room to each border: beside the eyes' midpoint in eye distances, above and below in eye to chin."""
    height, width = picture.shape[:2]
    (x, y), apart, unit = face.eyes, face.eye_distance, face.eye_to_chin
    return {"left": float(x) / apart, "right": float(width - x) / apart,
            "above": float(y) / unit, "below": float(height - y) / unit}  # fmt: skip

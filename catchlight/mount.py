"""The mount around a photo: circle-cut avatars, coloured borders, transparency.

A photo that was cut out before holds pixels that were never in front of the camera. The
uncovered part is what is left when the mount is taken away.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from catchlight import reductions
from catchlight.anatomy import Picture
from catchlight.framing import Affine

_TOLERANCE = 10
_LONGEST = 640  # mounts are found on a picture of this size
Shape = Literal["none", "circle", "border", "cut-out"]


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """Which pixels the camera saw, what shape hid the rest, and a cut-out's own matte in 0–1.

    All at a reduced size: ``scale`` picture pixels are one pixel here.
    """

    uncovered: Bool[np.ndarray, "h w"]
    shape: Shape
    scale: float = 1.0
    alpha: Float32[np.ndarray, "h w"] | None = None

    def seen(self, to: Affine) -> Bool[np.ndarray, "H W"]:
        """Return where a frame of the picture holds photo."""
        return _seen(self, to.matrix.astype(np.float64).tobytes(), to.size)


@lru_cache(maxsize=4)  # one portrait's frames are asked for again and again
def _seen(of: Mount, matrix: bytes, size: tuple[int, int]) -> Bool[np.ndarray, "H W"]:
    """Return where a frame holds photo. Nobody may write to it."""
    to = Affine(np.frombuffer(matrix).reshape(2, 3), *size)
    there = to.of_reduced(of.scale).warp(of.uncovered.astype(np.uint8) * 255, outside=0.0) > 127
    there.flags.writeable = False
    return there


def find(picture: Picture, alpha: UInt8[np.ndarray, "h w"] | None) -> Mount:
    """Find the mount of a picture; ``alpha`` is the file's own transparency, if it has any."""
    scale = reductions.scale_of(picture, _LONGEST)
    small, own = _reduced(picture, scale), None if alpha is None else _reduced(alpha, scale)
    covered = _corners(small) if own is None else own < 128
    if _is_outside_of_ellipse(covered):
        return Mount(_shrink(~covered), "circle", scale)
    if own is not None and covered.mean() > 0.02:
        return Mount(np.ones(covered.shape, bool), "cut-out", scale, own.astype(np.float32) / 255)
    border = _borders(small)
    if border.any():
        return Mount(_shrink(~border), "border", scale)
    return Mount(~border, "none", scale)


def _reduced(image: np.ndarray, scale: float) -> np.ndarray:
    """Return an image ``scale`` times smaller; of whole times, its last row and column stand for what is left over."""
    height, width = image.shape[:2]
    if scale != int(scale):
        return reductions.fitted(image, max(1, round(width / scale)), max(1, round(height / scale)))
    times = int(scale)
    small = reductions.reduced(image, times) if times > 1 else image
    more = int(height % times > 0), int(width % times > 0)
    return np.ascontiguousarray(cv2.copyMakeBorder(small, 0, more[0], 0, more[1], cv2.BORDER_REPLICATE))


def _corners(picture: Picture) -> Bool[np.ndarray, "h w"]:
    """Flood the picture from its corners with what looks the same as each corner."""
    height, width = picture.shape[:2]
    mask = np.zeros((height + 2, width + 2), np.uint8)
    smooth = cv2.medianBlur(picture, 3)
    near = (_TOLERANCE,) * 3
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    for corner in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        if not mask[corner[1] + 1, corner[0] + 1]:
            cv2.floodFill(smooth, mask, corner, (0, 0, 0), near, near, flags)
    return mask[1:-1, 1:-1] > 0


def _is_outside_of_ellipse(covered: Bool[np.ndarray, "h w"]) -> bool:
    """Whether what is covered is what an upright ellipse leaves over of the picture."""
    rows, columns = np.flatnonzero((~covered).any(1)), np.flatnonzero((~covered).any(0))
    if not 0.1 < covered.mean() < 0.6 or not rows.size:
        return False
    centre = ((columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2)
    radii = ((columns[-1] - columns[0] + 1) / 2, (rows[-1] - rows[0] + 1) / 2)
    y, x = np.arange(covered.shape[0])[:, None], np.arange(covered.shape[1])
    outside = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 > 1
    return bool((outside & covered).sum() / max((outside | covered).sum(), 1) > 0.88)


def _borders(picture: Picture) -> Bool[np.ndarray, "h w"]:
    """Rows and columns at the edges that hold one colour only."""
    spread_of_rows, spread_of_columns = _spread(picture, 1) <= 4, _spread(picture, 0) <= 4
    covered = np.zeros(picture.shape[:2], bool)
    top, bottom = _run(spread_of_rows), _run(spread_of_rows[::-1])
    left, right = _run(spread_of_columns), _run(spread_of_columns[::-1])
    height, width = picture.shape[:2]
    if top + bottom >= height or left + right >= width:
        return covered
    covered[:top], covered[height - bottom :] = True, True
    covered[:, :left], covered[:, width - right :] = True, True
    return covered


def _spread(picture: Picture, axis: int) -> UInt8[np.ndarray, " n"]:
    """Return how far the values of each row (axis 1) or column (axis 0) are apart at most."""
    channels = cv2.split(picture)  # one by one: several times faster
    return np.asarray(np.max([channel.max(axis) - channel.min(axis) for channel in channels], axis=0))


def _run(same: Bool[np.ndarray, " n"]) -> int:
    return int(np.argmin(same)) if not same.all() else same.size


def _shrink(uncovered: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Give up the rim, where mount and photo are blended."""
    rim = max(1, round(0.006 * max(uncovered.shape)))
    padded = cv2.copyMakeBorder(uncovered.astype(np.uint8), rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    return cv2.erode(padded, np.ones((2 * rim + 1,) * 2, np.uint8))[rim:-rim, rim:-rim] > 0

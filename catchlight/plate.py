"""Plates: smooth pictures that are made small, and the rows of a large frame made from them, band by band."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

_CHUNK = 1 << 16  # values
SIDE = 256  # height of a plate without detail: a gradient, a vignette, a shadow

Rows = tuple[int, int]
Small = Float32[np.ndarray, "a b *c"] | UInt8[np.ndarray, "a b *c"]
Large = Float32[np.ndarray, "h w *c"] | UInt8[np.ndarray, "h w *c"]


def enlarge(plate: Small, width: int, height: int, rows: Rows | None = None) -> Large:
    """Return some rows (first, end) of the plate at ``width`` x ``height`` pixels; all without ``rows``.

    A row has the same bits whichever band it is asked for in. A plate that is larger than the
    frame is shrunk by the mean of the area.
    """
    top, bottom = rows or (0, height)
    if plate.shape[0] >= height:
        plate = cv2.resize(plate, (width, height), interpolation=cv2.INTER_AREA)
    at = np.clip((np.arange(top, bottom) + 0.5) * plate.shape[0] / height - 0.5, 0, plate.shape[0] - 1)
    above = np.floor(at).astype(int)
    first, last = int(above[0]), min(int(above[-1]) + 2, plate.shape[0])
    wide = _widened(plate[first:last], width)
    return _between(wide, above - first, (at - above).astype(np.float32))


def _widened(part: np.ndarray, width: int) -> np.ndarray:
    """Interpolate along the rows alone, so that a row does not know which others were asked for."""
    if part.shape[1] == width:
        return part
    if len(part) == 1:  # OpenCV rounds a picture of one row in another way
        return _widened(np.repeat(part, 2, 0), width)[:1]
    return np.asarray(cv2.resize(part, (width, len(part)), interpolation=cv2.INTER_LINEAR))


def grid(aspect: float, side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Return x (a row) and y (a column) of a plate's pixels as shares of its width and height, 0–1."""
    columns = max(1, round(side * aspect))
    y = (np.arange(side, dtype=np.float32)[:, None] + 0.5) / side
    return (np.arange(columns, dtype=np.float32) + 0.5) / columns, y


def _between(wide: np.ndarray, above: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return rows that lie between the rows ``above`` and the next ones, a share of 0–1 of the way."""
    flat = wide.reshape(len(wide), -1).astype(np.float32, copy=False)
    more = np.diff(flat, axis=0, append=flat[-1:])
    made = np.empty((len(above), flat.shape[1]), np.float32)
    step = max(1, _CHUNK // flat.shape[1])
    for row in range(0, len(above), step):  # so few rows that they stay in the processor's cache
        part, lines = made[row : row + step], above[row : row + step]
        np.multiply(more[lines], share[row : row + step, None], out=part)
        part += flat[lines]
    made = made if wide.dtype == np.float32 else made.round().astype(wide.dtype)
    return made.reshape(len(above), *wide.shape[1:])

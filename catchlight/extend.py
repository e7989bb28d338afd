"""Where a photo ends before the frame does: let clothes and background run on, never a face.

Each missing pixel looks to the nearest pixel that the camera saw. Alpha goes on as it was
there, so that a shoulder's line runs on; colour is mirrored across the edge, so that cloth
keeps its weave. How much of the person was filled in is measured and reported.
"""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from catchlight.anatomy import Picture
from catchlight.once import Once

SLOPE = 0.45  # how far a shoulder falls at least for each pixel aside
_STEEPEST = 3.0  # how far it falls at most
_NEAR = 0.02  # shares of the height: how far from the edge its fall is measured
_LEANS = 3  # pixels a row at most: how far a photo's edge at the side leans
_STROKE, _EDGE = 0.012, 0.001  # a line that goes on: evened out over, and its edge, in shares of the height
_LONGEST = 400  # what is filled in is soft anyway: it is made at this size

_Places = Int32[np.ndarray, " n"]  # of pixels, counted row by row


def fill(picture: Picture, seen: Bool[np.ndarray, "h w"], cloth: Bool[np.ndarray, "h w"]) -> Picture:
    """Fill what the camera did not see: cloth by its mirror image, the rest by the nearest colour.

    Softer with the distance, so that no mirror image can be read.
    """
    if seen.all() or not seen.any():
        return picture
    scale = min(1.0, _LONGEST / max(seen.shape))
    size = round(seen.shape[1] * scale), round(seen.shape[0] * scale)
    small = _fill(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA), _less(seen, size), _less(cloth, size)
    )
    return np.where(
        seen[..., None], picture, cv2.resize(small, seen.shape[::-1], interpolation=cv2.INTER_CUBIC)
    )


def _less(mask: Bool[np.ndarray, "h w"], size: tuple[int, int]) -> Bool[np.ndarray, "H W"]:
    """Reduce a mask; a pixel stays only where all of it was set."""
    return np.asarray(cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) == 255)


def _fill(picture: Picture, seen: Bool[np.ndarray, "h w"], cloth: Bool[np.ndarray, "h w"]) -> Picture:
    height, width = seen.shape
    (y, x), (rows, columns) = (np.divmod(flat, np.int32(width)) for flat in _nearest(seen))
    mirrored = np.clip(2 * rows - y, 0, height - 1), np.clip(2 * columns - x, 0, width - 1)
    usable = seen[mirrored] & cloth[mirrored]
    source = np.where(usable, mirrored[0], rows), np.where(usable, mirrored[1], columns)
    filled = picture.copy()
    filled[y, x] = picture[source]
    return _soften(filled, seen)


def run_on(
    alpha: Float32[np.ndarray, "h w"], seen: Bool[np.ndarray, "h w"], from_row: float
) -> Float32[np.ndarray, "h w"]:
    """Let alpha go on beyond the photo's edge as it is inside, from ``from_row`` (the mouth) down.

    Beside the photo a shoulder's line goes on falling as it fell there. Above ``from_row`` nothing is made up:
    hair that leaves the photo ends there.
    """
    if seen.all() or not seen.any():
        return alpha
    inside, hidden, nearest = _beside(seen)
    low = int(np.clip(np.ceil(from_row), 0, alpha.shape[0]))
    rows, columns = np.divmod(hidden, np.int32(alpha.shape[1]))
    going_on = alpha.copy()
    going_on.ravel()[hidden] = alpha.ravel()[nearest]
    left = _line(alpha, inside, low)(columns)
    right = _line(alpha[:, ::-1], inside[:, ::-1], low)(alpha.shape[1] - 1 - columns)
    going_on.ravel()[hidden[rows < np.maximum(left, right)]] = 0
    reach = max(1.0, _STROKE * alpha.shape[0])
    first = max(0, low - int(5 * reach) - 1)  # above, nothing is evened out that is asked for
    ended = np.where(seen, alpha, 0)
    ended[low:] = _drawn_once(going_on[first:], reach)[low - first :]
    return np.asarray(cv2.copyTo(alpha, inside.view(np.uint8), ended))


@Once
def _beside(seen: Bool[np.ndarray, "h w"]) -> tuple[Bool[np.ndarray, "h w"], _Places, _Places]:
    """Return what lies well inside the photo, the pixels that do not, and of each the nearest one that does."""
    eroded = cv2.erode(seen.view(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    return eroded, *_nearest(eroded if eroded.any() else seen)


def _line(
    alpha: Float32[np.ndarray, "h w"], inside: Bool[np.ndarray, "h w"], low: int
) -> Callable[[_Places], Float64[np.ndarray, " n"]]:
    """Return in which row the body begins, by column, where it has left the photo at its left edge below row ``low``.

    The body is what meets the edge over most rows: hair above it, apart from it, is none of it.
    """
    first = inside[low:].argmax(1)
    at_edge = (alpha[low:][np.arange(len(first)), first] > 0.5) & (first > 0)
    at_edge &= np.diff(first, prepend=first[:1]) <= _LEANS  # else it is the photo's lower edge
    if not at_edge.any():
        return lambda columns: np.zeros(columns.shape)
    begin, end = np.flatnonzero(np.diff(at_edge, prepend=False, append=False)).reshape(-1, 2).T
    row = int(begin[(end - begin).argmax()])
    left, top, fall = int(first[row]), low + row, _fall(alpha[low:], row, int(first[row]))
    return lambda columns: np.where(columns < left, top + fall * (left - columns), 0)


def _fall(alpha: Float32[np.ndarray, "h w"], row: int, column: int) -> float:
    """Return how steeply the person's line falls towards a pixel of it, from the right."""
    aside = max(2, round(_NEAR * alpha.shape[0]))
    above = np.flatnonzero(alpha[:row, min(column + aside, alpha.shape[1] - 1)] <= 0.5)
    risen = row - 1 - above[-1] if above.size else row
    return float(np.clip(risen / aside, SLOPE, _STEEPEST)) if row else SLOPE


def _drawn_once(alpha: Float32[np.ndarray, "h w"], reach: float) -> Float32[np.ndarray, "h w"]:
    """Even out the steps of a line that was carried on pixel by pixel, and leave its edge as narrow as before."""
    blurred = cv2.GaussianBlur(alpha, (0, 0), reach)
    return np.clip(0.5 + _STROKE / _EDGE * (blurred - 0.5), 0, 1).astype(np.float32)


def surround(picture: Picture, seen: Bool[np.ndarray, "h w"]) -> Picture:
    """Fill what the camera did not see with plain colours of the photo's edge: nothing to mistake for a person."""
    if seen.all() or not seen.any():
        return picture
    hidden, nearest = _nearest(seen)
    plain = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)  # four values are moved as one
    pixels = plain.view(np.uint32).ravel()
    pixels[hidden] = pixels[nearest]
    small = cv2.resize(plain, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)[..., :3]
    soft = cv2.GaussianBlur(np.ascontiguousarray(small), (0, 0), 0.005 * max(seen.shape))
    spread = cv2.resize(soft, seen.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.copyTo(picture, seen.view(np.uint8), spread))


def _nearest(seen: Bool[np.ndarray, "h w"]) -> tuple[_Places, _Places]:
    """Return the pixels that were not seen, and the nearest seen one of each."""
    hidden = ~seen
    away = hidden.view(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    edge = np.flatnonzero(seen & (cv2.dilate(away, np.ones((5, 5), np.uint8)) > 0))
    flat, label = np.flatnonzero(hidden), labels.ravel()
    of_label = np.zeros(int(label.max()) + 1, np.int32)
    of_label[label[edge]] = edge
    return flat.astype(np.int32), of_label[label[flat]]


def _soften(picture: Picture, seen: Bool[np.ndarray, "h w"]) -> Picture:
    """Blur what was filled in, more with the distance, so that no mirror image can be read."""
    size = max(3, round(0.012 * picture.shape[0])) | 1
    hidden = np.nonzero(~seen)
    away = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 3)[hidden]
    share = np.clip(away / (4 * size), 0, 1)[:, None]
    softened, soft = picture.copy(), cv2.GaussianBlur(picture, (0, 0), size / 2)[hidden]
    softened[hidden] = (picture[hidden] * (1 - share) + soft * share).round().astype(np.uint8)
    return softened

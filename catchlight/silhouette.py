"""The silhouette: what a segmenter says of the person, looked at twice: the whole sheet, and the head alone."""

import numpy as np
from jaxtyping import Bool, Float, Float32

from catchlight.anatomy import Picture, Segmenter

REACH = 1.6  # half the side of the square around the head, in eye-to-chin lengths
_BLEND = 0.25  # width over which the two looks blend, in the same
_AXIS = 3.0  # how far down a body is asked to reach, in face heights


def draw(
    level: Picture,
    seen: Bool[np.ndarray, "h w"],
    eyes: Float[np.ndarray, " 2"],
    unit: float,
    segmenter: Segmenter,
) -> Float32[np.ndarray, "h w"]:
    """Return how likely each pixel of a levelled sheet is a person; ``unit`` is the eye-to-chin length.

    A segmenter that sees hair itself looks once.
    """
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    whole = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    coarse = np.zeros(seen.shape, np.float32)
    coarse[whole] = segmenter.segment(np.ascontiguousarray(level[whole]))
    if getattr(segmenter, "FINE", False):
        return coarse * seen
    head = tuple(
        slice(max(w.start, int(at - REACH * unit)), min(w.stop, int(at + REACH * unit)))
        for w, at in zip(whole, (eyes[1] + 0.1 * unit, eyes[0]), strict=True)
    )
    part = level[head]
    if min(part.shape[:2]) < 2 * _BLEND * unit:
        return coarse * seen
    share = _inward(part.shape[:2], _BLEND * unit)
    coarse[head] = share * segmenter.segment(np.ascontiguousarray(part)) + (1 - share) * coarse[head]
    return coarse * seen


def _inward(shape: tuple[int, ...], reach: float) -> Float32[np.ndarray, "h w"]:
    """Return 0 at the border of an array, 1 from ``reach`` pixels inwards."""
    y, x = (np.minimum(np.arange(n), np.arange(n)[::-1]).astype(np.float32) for n in shape)
    return np.clip(np.minimum(y[:, None], x) / reach, 0, 1)


def without_neighbours(
    coarse: Float32[np.ndarray, "h w"], people: list[tuple[float, float, float]]
) -> Float32[np.ndarray, "h w"]:
    """Cut between the person and whoever else has a face in the picture.

    ``people`` has x, y and height of each face, the person's first. Each pixel belongs to whose body is
    nearest, counted in face heights from a line that falls from the face.
    """
    if len(people) < 2:
        return coarse
    own, *others = (_away(coarse.shape, *each) for each in people)
    return np.where(own <= np.minimum.reduce(others), coarse, 0).astype(np.float32)


def _away(shape: tuple[int, ...], x: float, y: float, height: float) -> Float32[np.ndarray, "h w"]:
    down = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(y)
    aside = np.arange(shape[1], dtype=np.float32) - np.float32(x)
    return np.hypot(aside, down - np.clip(down, 0, _AXIS * height)) / np.float32(height)

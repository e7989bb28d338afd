"""The part of a picture that matters: rows and columns that hold a mask."""

import numpy as np
from jaxtyping import Bool


def around(mask: Bool[np.ndarray, "h w"], margin: int = 8) -> tuple[slice, slice]:
    """Return the rows and columns that hold a mask, and a margin around it."""
    lines = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    rows, columns = (_with_margin(found, size, margin) for found, size in zip(lines, mask.shape, strict=True))
    return rows, columns


def _with_margin(lines: np.ndarray, size: int, margin: int) -> slice:
    """Return from the first line to the last, with a margin; where there is room an even number: those halve quickly."""
    if not lines.size:
        return slice(0, size)
    first, last = max(0, int(lines[0]) - margin), min(size, int(lines[-1]) + margin + 1)
    if (last - first) % 2:
        first, last = (first, last + 1) if last < size else (max(0, first - 1), last)
    return slice(first, last)

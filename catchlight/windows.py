"""Means over square windows of planes ``(…, h, w)``, for the processor and the graphics card alike."""

import torch
from torch import Tensor

_STRIP = 32_768  # values of a plane that are summed up at a time


class Windows:
    """Means over squares of ``2 radius + 1`` pixels that lie inside of planes, in memory that is used again.

    Shifted sums: many times faster on a processor than pooling or convolution. Some pictures of a batch
    or some rows at a time, so that all their sums are made while they are in the processor's cache.
    """

    def __init__(self, like: Tensor, planes: int, radius: int) -> None:
        """Make room for ``planes`` planes of the size, batch, kind and device of ``like`` (…, p, h, w)."""
        *batch, _, high, wide = like.shape
        self.radius = radius
        self.inside = like.new_empty((*batch, planes, high, wide))
        height, width = high - 2 * radius, wide - 2 * radius
        self._axis = 0 if len(batch) == 1 and batch[0] > 1 else -2
        one = high * wide if self._axis == 0 else wide  # values of a plane, of one picture or row
        self._count = batch[0] if self._axis == 0 else height
        self._part = min(self._count, max(1, _STRIP // one)) if like.device.type == "cpu" else self._count
        self._rows = like.new_empty(
            (self._part, planes, height, wide) if self._axis == 0 else (*batch, planes, self._part, wide)
        )
        self._sums = like.new_empty((*batch, planes, height, width))

    def mean(self) -> Tensor:
        """Return the means of what was written to ``inside``, ``radius`` less on each side; good until the next call."""
        for first in range(0, self._count, self._part):
            self._sum(first, min(self._part, self._count - first))
        return self._sums

    def _sum(self, first: int, count: int) -> None:
        """Sum up some pictures or rows, of all planes."""
        rows, sums = self._rows.narrow(self._axis, 0, count), self._sums.narrow(self._axis, first, count)
        more = 0 if self._axis == 0 else 2 * self.radius
        _shifted_sum(self.inside.narrow(self._axis, first, count + more), -2, self.radius, rows)
        _shifted_sum(rows, -1, self.radius, sums)
        sums *= 1 / (2 * self.radius + 1) ** 2


def _shifted_sum(planes: Tensor, axis: int, radius: int, total: Tensor) -> None:
    size = total.shape[axis]
    torch.add(planes.narrow(axis, 0, size), planes.narrow(axis, 1, size), out=total)
    for shift in range(2, 2 * radius + 1):
        total += planes.narrow(axis, shift, size)


def means(planes: Tensor, radius: int) -> Tensor:
    """Return the means of planes ``(…, p, h, w)`` over squares of ``2 radius + 1`` pixels; mirrored beyond the edge."""
    *rest, height, width = planes.shape
    like = planes.new_empty((1,)).expand((*rest, height + 2 * radius, width + 2 * radius))
    windows = Windows(like, planes.shape[-3], radius)
    windows.inside[..., radius : radius + height, radius : radius + width] = planes
    _mirror(windows.inside, -2, radius)
    _mirror(windows.inside, -1, radius)
    return windows.mean()


def _mirror(padded: Tensor, axis: int, radius: int) -> None:
    """Fill the rim of planes along an axis with the mirror image of what lies inside."""
    inside = padded.shape[axis] - radius
    for away in range(radius):
        padded.select(axis, radius - 1 - away).copy_(padded.select(axis, radius + away))
        padded.select(axis, inside + away).copy_(padded.select(axis, inside - 1 - away))

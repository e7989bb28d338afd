"""Means over square windows, for the processor and the graphics card alike."""

import cv2
import torch
from torch import Tensor
from torch.nn import functional


def over(strip: Tensor, radius: int) -> Tensor:
    """Return the means over squares of ``2 radius + 1`` pixels around each pixel of a strip ``(p, h, n, w)``.

    A strip holds p planes of n pictures side by side, so that a processor takes them for one wide picture.
    Nearer than ``radius`` to a picture's edge a mean says nothing.
    """
    if strip.device.type != "cpu":
        return over_on_a_card(strip, radius)
    planes, high, count, wide = strip.shape
    one = strip.reshape(planes * high, count * wide).numpy()
    return torch.from_numpy(cv2.blur(one, (2 * radius + 1,) * 2)).view(strip.shape)


def over_on_a_card(strip: Tensor, radius: int) -> Tensor:
    """Return what :func:`over` does, from shifted sums: many times faster on a card than pooling or convolution."""
    rim = (radius, radius, 0, 0, radius, radius)
    return functional.pad(_shifted(_shifted(strip, 1, radius), 3, radius), rim)


def means(planes: Tensor, radius: int) -> Tensor:
    """Return the means of planes ``(…, h, w)`` over squares of ``2 radius + 1`` pixels; mirrored beyond the edge."""
    if planes.device.type != "cpu":
        return means_on_a_card(planes, radius)
    found = torch.empty(planes.shape, dtype=planes.dtype)
    pairs = zip(planes.flatten(0, -3), found.flatten(0, -3), strict=True)
    for plane, mean in pairs:
        cv2.blur(plane.numpy(), (2 * radius + 1,) * 2, dst=mean.numpy(), borderType=cv2.BORDER_REFLECT)
    return found


def means_on_a_card(planes: Tensor, radius: int) -> Tensor:
    """Return what :func:`means` does, from shifted sums."""
    for axis in (-2, -1):
        planes = _shifted(planes.index_select(axis, _mirrored(planes, axis, radius)), axis, radius)
    return planes


def _shifted(planes: Tensor, axis: int, radius: int) -> Tensor:
    """Return means along one axis, ``radius`` less at both ends."""
    size = planes.shape[axis] - 2 * radius
    total = planes.narrow(axis, 0, size) + planes.narrow(axis, 1, size)
    for shift in range(2, 2 * radius + 1):
        total += planes.narrow(axis, shift, size)
    return total.mul_(1 / (2 * radius + 1))


def _mirrored(planes: Tensor, axis: int, radius: int) -> Tensor:
    """Return which line stands for each, and for those beyond both ends."""
    size = planes.shape[axis]
    line = torch.arange(-radius, size + radius, device=planes.device)
    line = torch.where(line < 0, -1 - line, line)
    return torch.where(line >= size, 2 * size - 1 - line, line)

"""Planes ``(…, h, w)`` at another size, for the processor and the graphics card alike."""

from collections.abc import Sequence

import cv2
import torch
from torch import Tensor
from torch.nn import functional


def halved(planes: Tensor) -> Tensor:
    """Return the means of two by two pixels; at the edge of an odd side, of what is there."""
    high, wide = planes.shape[-2:]
    if planes.device.type != "cpu" or high % 2 or wide % 2:
        return functional.avg_pool2d(planes, 2, ceil_mode=True)
    return _each(planes, (high // 2, wide // 2), cv2.INTER_AREA)


def stretched(planes: Tensor, size: Sequence[int]) -> Tensor:
    """Return planes ``(b, p, h, w)`` at a larger size (rows, columns), linear between pixels."""
    if planes.device.type != "cpu":
        return functional.interpolate(planes, size=tuple(size), mode="bilinear")
    return _each(planes, (size[0], size[1]), cv2.INTER_LINEAR)


def _each(planes: Tensor, size: tuple[int, int], how: int) -> Tensor:
    """Let OpenCV resize one plane after the other: many times faster than PyTorch on a processor."""
    made = torch.empty((*planes.shape[:-2], *size), dtype=planes.dtype)
    for plane, to in zip(planes.flatten(0, -3), made.flatten(0, -3), strict=True):
        cv2.resize(plane.numpy(), size[::-1], dst=to.numpy(), interpolation=how)
    return made

"""Local linear models of something against a picture's colours: one product with the matting Laplacian is one of them."""

from functools import cached_property

import torch
from torch import Tensor

from catchlight.windows import Windows

_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class Guide:
    """Local linear models of pictures in square windows.

    ``picture`` is ``(…, 3, h, w)`` in 0–1; ``eps`` is the variance of colour that counts as noise. Windows lie
    inside of the picture: models are known ``radius`` pixels from its edge, what they predict twice that.
    """

    def __init__(self, picture: Tensor, radius: int, eps: float) -> None:
        """Invert each window's colour covariance."""
        self.picture, self.radius = picture, radius
        self.means, self.inverse = _statistics(picture, radius, eps)
        self._values = Windows(picture, 4, radius)
        self._models = Windows(self.means, 4, radius)

    def models(self, values: Tensor) -> Tensor:
        """Return slopes and offset ``(…, 4, h', w')`` of values ``(…, h, w)``: the mean of all windows that hold a pixel.

        ``2 radius`` pixels less on each side. The result is good until the next call.
        """
        slots, made = self._values.inside, self._models.inside
        torch.mul(self.picture, values.unsqueeze(-3), out=slots[..., :3, :, :])
        slots[..., 3, :, :] = values
        found = self._values.mean()
        mean = found[..., 3, :, :]
        x, y, z = found[..., :3, :, :].addcmul_(self.means, mean.unsqueeze(-3), value=-1).unbind(-3)
        entry = self.inverse.unbind(-3)
        for slope, (a, b, c) in enumerate(((0, 1, 2), (1, 3, 4), (2, 4, 5))):
            out = made[..., slope, :, :]
            torch.mul(entry[a], x, out=out)
            out.addcmul_(entry[b], y).addcmul_(entry[c], z)
            mean.addcmul_(out, self.means[..., slope, :, :], value=-1)
        made[..., 3, :, :] = mean
        return self._models.mean()

    def laplacian(self, values: Tensor) -> Tensor:
        """Return how far each value is from what its windows predict, ``2 radius`` pixels less on each side."""
        *slopes, offset = self.models(values).unbind(-3)
        rest = _within(values, 2 * self.radius) - offset
        for slope, plane in zip(slopes, self._middle, strict=True):
            rest.addcmul_(slope, plane, value=-1)
        return rest

    @cached_property
    def _middle(self) -> tuple[Tensor, ...]:
        return _within(self.picture, 2 * self.radius).contiguous().unbind(-3)


def _within(planes: Tensor, rim: int) -> Tensor:
    """Return planes without their rim."""
    return planes[..., rim : planes.shape[-2] - rim, rim : planes.shape[-1] - rim]


def _statistics(picture: Tensor, radius: int, eps: float) -> tuple[Tensor, Tensor]:
    """Return each window's mean colour, and the six entries of its inverse colour covariance.

    Colours count from the picture's mean and the inverse is found by elimination, or single precision
    would not hold where all colours of a window lie on a line.
    """
    windows = Windows(picture, 9, radius)
    centred, products = windows.inside[..., :3, :, :], windows.inside[..., 3:, :, :].unbind(-3)
    overall = picture.mean((-2, -1), keepdim=True)
    torch.sub(picture, overall, out=centred)
    colours = centred.unbind(-3)
    for product, (i, j) in zip(products, _PAIRS, strict=True):
        torch.mul(colours[i], colours[j], out=product)
    found = windows.mean()
    middle, entries = found[..., :3, :, :].unbind(-3), found[..., 3:, :, :].unbind(-3)
    for entry, (i, j) in zip(entries, _PAIRS, strict=True):
        entry.addcmul_(middle[i], middle[j], value=-1)
        if i == j:
            entry.add_(eps)
    return found[..., :3, :, :] + overall, _inverse(*entries)


def _inverse(xx: Tensor, xy: Tensor, xz: Tensor, yy: Tensor, yz: Tensor, zz: Tensor) -> Tensor:
    """Return the six entries of the inverse of symmetric matrices."""
    one = xx.reciprocal()
    a, b = xy * one, xz * one
    two = torch.addcmul(yy, a, xy, value=-1).reciprocal_()
    rest = torch.addcmul(yz, a, xz, value=-1)
    c = rest * two
    three = torch.addcmul(zz, b, xz, value=-1).addcmul_(c, rest, value=-1).reciprocal_()
    d = a * c - b
    far = [d * three, -c * three]
    near = torch.addcmul(two, far[1], c, value=-1)
    cross = torch.addcmul(far[1] * d, a, two, value=-1)
    first = one.addcmul_(a * a, two).addcmul_(d, far[0])
    return torch.stack([first, cross, far[0], near, far[1], three], -3)

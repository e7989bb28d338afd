"""Local linear models of something against a picture's colours: one product with the matting Laplacian is one of them."""

import torch
from torch import Tensor

from catchlight import windows

_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class Guide:
    """Local linear models of pictures in square windows.

    ``picture`` is a strip ``(3, h, n, w)`` in 0–1 (see ``windows``); ``eps`` is the variance of colour that counts as
    noise. Windows lie inside of the pictures: what models predict is known ``2 radius`` pixels from their edges.
    """

    def __init__(self, picture: Tensor, radius: int, eps: float) -> None:
        """Invert each window's colour covariance."""
        self.picture, self.radius = picture, radius
        self.means, self.inverse = _statistics(picture, radius, eps)

    def models(self, values: Tensor) -> Tensor:
        """Return slopes and offset ``(4, h', n, w')`` of values ``(h, n, w)``: the mean of all windows that hold a pixel.

        ``2 radius`` pixels less on each side.
        """
        return self._within(self._models(values))

    def laplacian(self, values: Tensor) -> Tensor:
        """Return how far each value is from what its windows predict, ``2 radius`` pixels less on each side."""
        *slopes, offset = self._models(values)
        rest = values - offset
        for slope, plane in zip(slopes, self.picture, strict=True):
            rest.addcmul_(slope, plane, value=-1)
        return self._within(rest)

    def _models(self, values: Tensor) -> Tensor:
        """Return all models, those too near to an edge to mean anything included."""
        made = values.new_empty((4, *values.shape))
        torch.mul(self.picture, values, out=made[:3])
        made[3] = values
        found = windows.over(made, self.radius)
        mean = found[3]
        x, y, z = found[:3].addcmul_(self.means, mean, value=-1)
        for slope, (a, b, c) in enumerate(((0, 1, 2), (1, 3, 4), (2, 4, 5))):
            out = made[slope]
            torch.mul(self.inverse[a], x, out=out)
            out.addcmul_(self.inverse[b], y).addcmul_(self.inverse[c], z)
            mean.addcmul_(out, self.means[slope], value=-1)
        made[3] = mean
        return windows.over(made, self.radius)

    def _within(self, strip: Tensor) -> Tensor:
        """Return a strip ``(…, h, n, w)`` without the rim of its pictures."""
        rim = 2 * self.radius
        return strip[..., rim : strip.shape[-3] - rim, :, rim : strip.shape[-1] - rim]


def _statistics(picture: Tensor, radius: int, eps: float) -> tuple[Tensor, Tensor]:
    """Return each window's mean colour, and the six entries of its inverse colour covariance.

    Colours count from each picture's mean and the inverse is found by elimination, or single precision
    would not hold where all colours of a window lie on a line.
    """
    made = picture.new_empty((9, *picture.shape[1:]))
    overall = picture.mean((1, 3), keepdim=True)
    torch.sub(picture, overall, out=made[:3])
    for product, (i, j) in zip(made[3:], _PAIRS, strict=True):
        torch.mul(made[i], made[j], out=product)
    found = windows.over(made, radius)
    for entry, (i, j) in zip(found[3:], _PAIRS, strict=True):
        entry.addcmul_(found[i], found[j], value=-1)
        if i == j:
            entry.add_(eps)
    return found[:3] + overall, _without_rims(_inverse(*found[3:]), radius)


def _without_rims(strip: Tensor, radius: int) -> Tensor:
    """Let what is of no window be 0: the inverse of what is no covariance may be infinite, and sums would spread that."""
    for axis in (1, 3):
        strip.narrow(axis, 0, radius).zero_()
        strip.narrow(axis, strip.shape[axis] - radius, radius).zero_()
    return strip


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
    return torch.stack([first, cross, far[0], near, far[1], three])

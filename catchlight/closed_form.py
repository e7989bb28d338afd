"""Closed-form matting without its matrix, for the processor and the graphics card alike.

Closed-form matting (Levin, Lischinski, Weiss 2006) in the matrix-free form of large-kernel matting
(He, Sun, Tang 2010): one product with the Laplacian is one guided filter. Planes are ``(…, h, w)``;
leading dimensions are a batch.
"""

import torch
from torch import Tensor
from torch.nn import functional

EPS = 3e-5  # variance of colour that counts as noise
_STRIP = 32_768  # values of a plane that are summed up at a time
SURE = 50.0  # weight of known pixels
_ROUNDS = (8, 3)  # at half the size, at full size
_FAINT, _FULL = 0.05, 0.85  # closed form is shy of 0 and 1: what lies beyond these is 0 and 1
HINT = 0.04  # weight of a coarse guess in the unknown band
FINE_HINT = 1.0  # the same for a guess that sees hair itself
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


class Windows:
    """Means over squares of ``2 radius + 1`` pixels, in memory that is used again; mirrored beyond the edge.

    Shifted sums: many times faster on a processor than pooling or convolution. Plane by plane and strip
    by strip, so that all sums of a strip are made while it is in the processor's cache.
    """

    def __init__(self, like: Tensor, planes: int, radius: int) -> None:
        """Make room for ``planes`` planes of the size, batch, kind and device of ``like`` (…, p, h, w)."""
        *batch, _, self.height, self.width = like.shape
        self.radius = radius
        high, wide = self.height + 2 * radius, self.width + 2 * radius
        self._padded = like.new_empty((*batch, planes, high, wide))
        self._strip = max(1, _STRIP // wide) if like.device.type == "cpu" else self.height
        self._rows = like.new_empty((*batch, planes, min(self._strip, self.height), wide))
        self._sums = like.new_empty((*batch, planes, self.height, self.width))
        self.inside = self._padded[..., radius : high - radius, radius : wide - radius]

    def mean(self) -> Tensor:
        """Return the means of what was written to ``inside``; good until the next call."""
        for axis, size in ((-2, self.height), (-1, self.width)):
            self._mirror(axis, size)
        for top in range(0, self.height, self._strip):
            self._sum(top, min(self._strip, self.height - top))
        return self._sums

    def _sum(self, top: int, count: int) -> None:
        """Sum up one strip of rows, of all planes."""
        rows, sums = self._rows.narrow(-2, 0, count), self._sums.narrow(-2, top, count)
        _shifted_sum(self._padded.narrow(-2, top, count + 2 * self.radius), -2, self.radius, rows)
        _shifted_sum(rows, -1, self.radius, sums)
        sums *= 1 / (2 * self.radius + 1) ** 2

    def _mirror(self, axis: int, size: int) -> None:
        for away in range(self.radius):
            near, far = self.radius - 1 - away, size + self.radius + away
            self._padded.select(axis, near).copy_(self._padded.select(axis, self.radius + away))
            self._padded.select(axis, far).copy_(self._padded.select(axis, size + self.radius - 1 - away))


def _shifted_sum(planes: Tensor, axis: int, radius: int, total: Tensor) -> None:
    size = total.shape[axis]
    torch.add(planes.narrow(axis, 0, size), planes.narrow(axis, 1, size), out=total)
    for shift in range(2, 2 * radius + 1):
        total += planes.narrow(axis, shift, size)


def means(planes: Tensor, radius: int) -> Tensor:
    """Return the means of planes ``(…, p, h, w)`` over squares of ``2 radius + 1`` pixels."""
    windows = Windows(planes, planes.shape[-3], radius)
    windows.inside.copy_(planes)
    return windows.mean()


class Guide:
    """Local linear models of pictures in square windows.

    ``picture`` is ``(…, 3, h, w)`` in 0–1; ``eps`` is the variance of colour that counts as noise.
    """

    def __init__(self, picture: Tensor, radius: int, eps: float) -> None:
        """Invert each window's colour covariance."""
        self.picture, self.radius = picture, radius
        self.means = means(picture, radius)
        self.inverse = _inverse(picture, radius, eps)
        self._windows = Windows(picture, 4, radius)

    def models(self, values: Tensor) -> Tensor:
        """Return slopes and offset ``(…, 4, h, w)`` of values ``(…, h, w)`` against the picture's colours.

        The result is good until the next call.
        """
        slots = self._windows.inside
        torch.mul(self.picture, values.unsqueeze(-3), out=slots[..., :3, :, :])
        slots[..., 3, :, :] = values
        means = self._windows.mean()
        mean = means[..., 3, :, :].clone()
        x, y, z = means[..., :3, :, :].addcmul_(self.means, mean.unsqueeze(-3), value=-1).unbind(-3)
        for slope, (a, b, c) in enumerate(((0, 1, 2), (1, 3, 4), (2, 4, 5))):
            entry = self.inverse.unbind(-3)
            out = slots[..., slope, :, :]
            torch.mul(entry[a], x, out=out)
            out.addcmul_(entry[b], y).addcmul_(entry[c], z)
            mean.addcmul_(out, self.means[..., slope, :, :], value=-1)
        slots[..., 3, :, :] = mean
        return self._windows.mean()

    def laplacian(self, values: Tensor) -> Tensor:
        """Return how far each value is from what its windows predict."""
        *slopes, offset = self.models(values).unbind(-3)
        rest = values - offset
        for slope, plane in zip(slopes, self.picture.unbind(-3), strict=True):
            rest.addcmul_(slope, plane, value=-1)
        return rest


def _inverse(picture: Tensor, radius: int, eps: float) -> Tensor:
    """Return the six entries of each window's inverse colour covariance.

    Colours count from the picture's mean and the inverse is found by elimination, or single precision
    would not hold where all colours of a window lie on a line.
    """
    centred = picture - picture.mean((-2, -1), keepdim=True)
    middle, colours = means(centred, radius).unbind(-3), centred.unbind(-3)
    windows = Windows(picture, 6, radius)
    for plane, (i, j) in enumerate(_PAIRS):
        torch.mul(colours[i], colours[j], out=windows.inside[..., plane, :, :])
    entries = windows.mean()
    for plane, (i, j) in enumerate(_PAIRS):
        entries[..., plane, :, :].addcmul_(middle[i], middle[j], value=-1).add_(eps if i == j else 0)
    xx, xy, xz, yy, yz, zz = entries.unbind(-3)
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


def refine(picture: Tensor, known: Tensor, coarse: Tensor, hint: float = HINT) -> Tensor:
    """Return alpha ``(b, h, w)`` for pictures ``(b, 3, h, w)`` in 0–1: at half the size, then at full size.

    ``known`` is 1 where the person surely is, 0 where surely not, 0.5 between, where ``coarse`` counts
    with the weight ``hint``.
    """
    size = [max(2 * 2, side // 2) for side in known.shape[-2:]]
    both = functional.interpolate(
        torch.cat([picture, known.unsqueeze(1), coarse.unsqueeze(1)], 1), size=size, mode="area"
    )
    low = _solved(both[:, :3], both[:, 3], both[:, 4], hint, _ROUNDS[0])
    start = functional.interpolate(low.unsqueeze(1), size=known.shape[-2:], mode="bilinear")[:, 0]
    alpha = _solved(picture, known, start, hint, _ROUNDS[1])
    return ((alpha - _FAINT) / (_FULL - _FAINT)).clamp_(0, 1)


def polish(picture: Tensor, known: Tensor, fine: Tensor) -> Tensor:
    """Return alpha as :func:`refine` does, from a guess that sees hair itself: at full size, and near to it."""
    return _solved(picture, known, fine, FINE_HINT, _ROUNDS[1]).clamp_(0, 1)


def _solved(picture: Tensor, known: Tensor, coarse: Tensor, hint: float, rounds: int) -> Tensor:
    sure = (known == 0) | (known == 1)
    target = torch.where(sure, known, coarse)
    weight = torch.where(sure, SURE, hint).to(picture.dtype)
    return solve(Guide(picture, 2, EPS), target, weight, target, rounds)


def carried(models: Tensor, alpha: Tensor, picture: Tensor, theta: Tensor) -> Tensor:
    """Return alpha ``(b, H, W)`` along the edges of larger pictures ``(b, 3, H, W)``.

    ``models`` ``(b, 4, h, w)`` are those of ``alpha`` ``(b, h, w)`` on the small picture, ``theta``
    ``(b, 2, 3)`` maps the large picture to the small one, both in −1–1.
    """
    grid = functional.affine_grid(theta, [len(picture), 1, *picture.shape[-2:]], align_corners=False)
    small = torch.cat([models, alpha.unsqueeze(1)], 1)
    *slopes, offset, plain = functional.grid_sample(small, grid, align_corners=False).unbind(1)
    for slope, plane in zip(slopes, picture.unbind(1), strict=True):
        offset.addcmul_(slope, plane)
    return torch.where((plain - 0.5).abs() > 0.495, plain, offset.clamp_(0, 1))


def solve(guide: Guide, target: Tensor, weight: Tensor, start: Tensor, rounds: int) -> Tensor:
    """Return values that follow the guide's colours, near ``target`` where ``weight`` is large.

    Conjugate gradients with the diagonal as preconditioner, from ``start``; all ``(…, h, w)``.
    """
    x = start.clone()
    residual = weight * (target - x) - guide.laplacian(x)
    scaled = residual / (weight + 1)
    step, energy = scaled, _dot(residual, scaled)
    for _ in range(rounds):
        image = guide.laplacian(step) + weight * step
        length = energy / _dot(step, image).clamp(min=1e-12)
        x += length * step
        residual = residual - length * image
        scaled = residual / (weight + 1)
        after = _dot(residual, scaled)
        step, energy = scaled + (after / energy.clamp(min=1e-12)) * step, after
    return x


def _dot(first: Tensor, second: Tensor) -> Tensor:
    return (first * second).sum((-2, -1), keepdim=True)

"""Closed-form matting without its matrix, for the processor and the graphics card alike.

Closed-form matting (Levin, Lischinski, Weiss 2006) in the matrix-free form of large-kernel matting
(He, Sun, Tang 2010): one product with the Laplacian is one guided filter. Planes are ``(…, h, w)``;
leading dimensions are a batch.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from catchlight.tiles import Tiles
from catchlight.windows import Windows, means

RADIUS = 2  # of the windows in which a matte is solved
_CLEAR = 0.005  # alpha nearer than this to 0 or 1 needs no model of its own
EPS = 3e-5  # variance of colour that counts as noise
SURE = 50.0  # weight of known pixels
_ROUNDS = (8, 3)  # at half the size, at full size
_FAINT, _FULL = 0.05, 0.85  # closed form is shy of 0 and 1: what lies beyond these is 0 and 1
HINT = 0.04  # weight of a coarse guess in the unknown band
FINE_HINT = 1.0  # the same for a guess that sees hair itself
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


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
    each = zip(picture, known, coarse, strict=True)
    return _together([_solved_one(*one, hint, rounds) for one in each])


def _solved_one(picture: Tensor, known: Tensor, coarse: Tensor, hint: float, rounds: int) -> Tensor:
    """Solve one picture ``(3, h, w)``, only in the tiles that hold what is not known."""
    sure = (known == 0) | (known == 1)
    target = torch.where(sure, known, coarse)
    there = Tiles(~sure, 2 * RADIUS)
    if not len(there):
        return target
    weight = torch.where(there.of(sure), SURE, hint).to(picture.dtype)
    guide = Guide(there.around(picture), RADIUS, EPS)

    def laplacian(around: Tensor) -> Tensor:
        return there.inner(guide.laplacian(around)) * there.own

    start = -laplacian(there.around(target[None])[:, 0])
    moved = conjugate(lambda values: laplacian(there.rims(values)), start, weight, rounds)
    return there.put((there.of(target) + moved)[:, None], target[None])[0]


def models_near(picture: Tensor, alpha: Tensor, radius: int, eps: float) -> Tensor:
    """Return the local models ``(b, 4, h, w)`` of alphas ``(b, h, w)`` against pictures ``(b, 3, h, w)``.

    Only where an enlarged alpha is neither 0 nor 1; nothing elsewhere.
    """
    return _together([_models_near(*one, radius, eps) for one in zip(picture, alpha, strict=True)])


def _models_near(picture: Tensor, alpha: Tensor, radius: int, eps: float) -> Tensor:
    both = functional.pad(
        torch.stack([alpha, 1 - alpha]), (1, 1, 1, 1), value=1.0
    )  # the edge ends the person
    most = functional.max_pool2d(both.unsqueeze(0), 3, stride=1)[0]
    there = Tiles((most > _CLEAR).all(0), 2 * radius)
    found = torch.zeros((4, *alpha.shape), dtype=alpha.dtype, device=alpha.device)
    if not len(there):
        return found
    models = Guide(there.around(picture), radius, eps).models(there.around(alpha[None])[:, 0])
    return there.put(there.inner(models), found)


def carried(models: Tensor, alpha: Tensor, photos: Tensor, theta: Tensor) -> Tensor:
    """Return alpha ``(b, H, W)`` along the edges of larger photos ``(b, H, W, 3)`` of 8 bits.

    ``models`` ``(b, 4, h, w)`` are those of ``alpha`` ``(b, h, w)`` on the small photo, ``theta``
    ``(b, 2, 3)`` maps the large photo to the small one, both in −1–1, without rotation.
    """
    return _together([_carried(*one) for one in zip(models, alpha, photos, theta, strict=True)])


def _together(each: list[Tensor]) -> Tensor:
    """Return a batch of results, one of a single result without copying it."""
    return torch.stack(each) if len(each) > 1 else each[0].unsqueeze(0)


def _carried(models: Tensor, alpha: Tensor, photo: Tensor, theta: Tensor) -> Tensor:
    """Carry one alpha: where it is neither 0 nor 1, its models say what the photo's colours make of it."""
    size = photo.shape[:2]
    y, x = (_spread(theta[axis, axis], theta[axis, 2], size[1 - axis]) for axis in (1, 0))
    plain = _stretched(_stretched(alpha, y, 0), x, 1)
    where = torch.nonzero((plain - 0.5).abs() <= 0.5 - _CLEAR, as_tuple=True)
    grid = torch.stack([x[where[1]], y[where[0]]], -1)[None, None]
    *slopes, offset = functional.grid_sample(models[None], grid, align_corners=False)[0, :, 0]
    colour = photo[where].T / 255
    plain[where] = sum((a * b for a, b in zip(slopes, colour, strict=True)), offset).clamp(0, 1)
    return plain


def _spread(scale: Tensor, shift: Tensor, count: int) -> Tensor:
    """Return where so many pixels of the large photo lie on the small one, in −1–1."""
    return scale * ((2 * torch.arange(count, dtype=scale.dtype, device=scale.device) + 1) / count - 1) + shift


def _stretched(plane: Tensor, at: Tensor, axis: int) -> Tensor:
    """Return the rows (axis 0) or columns of a plane at places in −1–1, linear between them, 0 beyond its edge."""
    count = plane.shape[axis]
    place = ((at + 1) * count - 1) / 2
    low = place.floor()
    share, low = place - low, low.long() + 1
    padded = functional.pad(plane, (0, 0, 1, 1) if axis == 0 else (1, 1, 0, 0))
    first, second = (padded.index_select(axis, (low + n).clamp(0, count + 1)) for n in (0, 1))
    return torch.lerp(first, second, share.unsqueeze(1 - axis).to(plane.dtype))


def conjugate(laplacian: Callable[[Tensor], Tensor], residual: Tensor, weight: Tensor, rounds: int) -> Tensor:
    """Return x for which laplacian(x) + weight · x is near to ``residual``; all of one shape.

    Conjugate gradients with the diagonal as preconditioner, from 0.
    """
    scaled = residual / (weight + 1)
    x, step, energy = torch.zeros_like(residual), scaled, (residual * scaled).sum()
    for _ in range(rounds):
        image = laplacian(step) + weight * step
        length = energy / (step * image).sum().clamp(min=1e-12)
        x += length * step
        residual = residual - length * image
        scaled = residual / (weight + 1)
        after = (residual * scaled).sum()
        step, energy = scaled + (after / energy.clamp(min=1e-12)) * step, after
    return x

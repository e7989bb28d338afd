"""Closed-form matting without its matrix, for the processor and the graphics card alike.

Closed-form matting (Levin, Lischinski, Weiss 2006) in the matrix-free form of large-kernel matting
(He, Sun, Tang 2010): one product with the Laplacian is one guided filter. Planes are ``(…, h, w)``;
leading dimensions are a batch.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from catchlight.guide import Guide
from catchlight.resampled import halved, stretched
from catchlight.tiles import Tiles

RADIUS = 2  # of the windows in which a matte is solved
_CLEAR = 0.005  # alpha nearer than this to 0 or 1 needs no model of its own
EPS = 3e-5  # variance of colour that counts as noise
SURE = 50.0  # weight of known pixels
_ROUNDS = (6, 2)  # at half the size, at full size
_AGAIN = 4  # rounds beside what is taken out
_FAINT, _FULL = 0.05, 0.85  # closed form is shy of 0 and 1: what lies beyond these is 0 and 1
HINT = 0.04  # weight of a coarse guess in the unknown band
FINE_HINT = 1.0  # the same for a guess that sees hair itself


def refine(picture: Tensor, known: Tensor, coarse: Tensor, hint: float = HINT) -> Tensor:
    """Return alpha ``(b, h, w)`` for pictures ``(b, 3, h, w)`` in 0–1: at half the size, then at full size.

    ``known`` is 1 where the person surely is, 0 where surely not, 0.5 between, where ``coarse`` counts
    with the weight ``hint``.
    """
    both = _halved(torch.cat([picture, known.unsqueeze(1), coarse.unsqueeze(1)], 1))
    low = _solved(both[:, :3], both[:, 3], both[:, 4], hint, _ROUNDS[0])
    start = stretched(low.unsqueeze(1), known.shape[-2:])[:, 0]
    alpha = _solved(picture, known, start, hint, _ROUNDS[1])
    return ((alpha - _FAINT) / (_FULL - _FAINT)).clamp_(0, 1)


def _halved(planes: Tensor) -> Tensor:
    """Return planes at half the size, by the mean of the area; an odd side is many times slower than an even one."""
    size = [max(2 * 2, side // 2) for side in planes.shape[-2:]]
    if all(side == 2 * half for side, half in zip(planes.shape[-2:], size, strict=True)):
        return halved(planes)
    even = [2 if side == 2 * half else 1 for side, half in zip(planes.shape[-2:], size, strict=True)]
    pooled = functional.avg_pool2d(planes, even)
    return (
        pooled if list(pooled.shape[-2:]) == size else functional.interpolate(pooled, size=size, mode="area")
    )


def polish(picture: Tensor, known: Tensor, fine: Tensor) -> Tensor:
    """Return alpha as :func:`refine` does, from a guess that sees hair itself: at full size, and near to it."""
    return _solved(picture, known, fine, FINE_HINT, _ROUNDS[1]).clamp_(0, 1)


def mend(picture: Tensor, sure: Tensor, alpha: Tensor) -> Tensor:
    """Return alphas ``(b, h, w)`` solved again where they are not ``sure``, between what they are elsewhere."""
    each = zip(picture, sure, alpha, strict=True)
    return _together([_solved_one(*one, HINT, _AGAIN) for one in each]).clamp_(0, 1)


def _solved(picture: Tensor, known: Tensor, coarse: Tensor, hint: float, rounds: int) -> Tensor:
    sure = (known == 0) | (known == 1)
    each = zip(picture, sure, torch.where(sure, known, coarse), strict=True)
    return _together([_solved_one(*one, hint, rounds) for one in each])


def _solved_one(picture: Tensor, sure: Tensor, target: Tensor, hint: float, rounds: int) -> Tensor:
    """Solve one picture ``(3, h, w)``, only in the tiles that hold what is not known."""
    there = Tiles(~sure, 2 * RADIUS)
    if not len(there):
        return target
    weight = torch.where(there.of(sure), SURE, hint).to(picture.dtype)
    guide = Guide(there.around(picture), RADIUS, EPS)

    def laplacian(around: Tensor) -> Tensor:
        return guide.laplacian(around) * there.own

    start = -laplacian(there.around(target[None])[0])
    moved = conjugate(lambda values: laplacian(there.rims(values)), start, weight, rounds)
    return there.put((there.of(target) + moved)[None], target[None])[0]


def models_near(picture: Tensor, alpha: Tensor, radius: int, eps: float) -> Tensor:
    """Return the local models ``(b, 4, h, w)`` of alphas ``(b, h, w)`` against pictures ``(b, 3, h, w)``.

    Only where an enlarged alpha is neither 0 nor 1; nothing elsewhere.
    """
    return _together([_models_near(*one, radius, eps) for one in zip(picture, alpha, strict=True)])


def _models_near(picture: Tensor, alpha: Tensor, radius: int, eps: float) -> Tensor:
    there = Tiles(_mixed(alpha), 2 * radius)
    found = torch.zeros((4, *alpha.shape), dtype=alpha.dtype, device=alpha.device)
    if not len(there):
        return found
    models = Guide(there.around(picture), radius, eps).models(there.around(alpha[None])[0])
    return there.put(models, found)


def _mixed(alpha: Tensor) -> Tensor:
    """Return which pixels are not surely of one kind with all of their neighbours; the edge is of no kind."""
    both = torch.stack([alpha > _CLEAR, alpha < 1 - _CLEAR])
    wide = functional.pad(both, (1, 1, 1, 1), value=True)
    rows = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    return (rows[..., :-2] | rows[..., 1:-1] | rows[..., 2:]).all(0)


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
    where = torch.nonzero(((plain - 0.5).abs() <= 0.5 - _CLEAR).flatten())[:, 0]
    row = where.div(size[1], rounding_mode="floor")
    grid = torch.stack([x[where - row * size[1]], y[row]], -1)[None, None]
    *slopes, offset = functional.grid_sample(models[None], grid, align_corners=False)[0, :, 0]
    colour = photo.reshape(-1, 3).index_select(0, where).T / 255
    found = sum((a * b for a, b in zip(slopes, colour, strict=True)), offset).clamp(0, 1)
    return plain.flatten().index_copy_(0, where, found).view(plain.shape)


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

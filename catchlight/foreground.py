"""The person's own colour at the outline, for the processor and the graphics card alike.

Each pixel is a mixture of the person's colour and what is behind, by alpha; both are as near by. Solved from
coarse to fine, as multi-level foreground estimation does (Germer et al. 2020), but with means of small
squares for neighbours: few passes over whole planes, and at full size only where something shines through.
"""

from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from catchlight.resampled import halved, stretched
from catchlight.windows import means

WORK = 320  # longest side, pixels, at which what is near by is estimated, or somewhat more
_PASSES = (4, 3, 2, 2)  # at an eighth, a quarter, half and all of that
_LEAST = 0.005  # weight of a colour that alpha says nothing about
_NOISE = 0.02
_RIM = 0.02  # how far a tint of the old background reaches into the person, share of the longest side
_MIXED = 0.2  # share of the background in a pixel from which on its own colour is taken from further inside
_TINT = 0.85  # share of it that is taken out at the very edge
_ASIDE = (0.7, 0.95)  # cosine with the background's hue: what differs so is no tint of it, and surely is one
_BEYOND = 0.3  # share of the background's hue, or of the way to it: further beyond surely lies no mixture
_GREY = (0.2126, 0.7152, 0.0722)


def near(linear: Tensor, alpha: Tensor) -> Tensor:
    """Return the person's colour, what is behind, the colour further inside, and alpha in the mean: ``(b, 10, h, w)``.

    For photos ``(b, h, w, 3)`` in linear light and their alphas ``(b, h, w)``, at about a third to a half of 1000 px.
    """
    return _near(torch.cat([linear.permute(0, 3, 1, 2), alpha.unsqueeze(1)], 1))


def clean(linear: Tensor, alpha: Tensor, around: Tensor, rows: tuple[int, int]) -> Tensor:
    """Bring the person's colour into photos ``(b, h, w, 3)`` and return them, with what :func:`near` found on a small copy.

    The photos are written to. ``rows`` says which rows of what height of frame the photos are: (first, height). Where alpha is 1 the
    photo's colour stays, but for a tint of the old background in the rim, which goes without a change of lightness.
    """
    for photo, a, low in zip(linear, alpha, around, strict=True):
        where = torch.nonzero(((a > 0) & ((a < 0.999) | _rim(low, a.shape, rows))).flatten())[:, 0]
        pixel = photo.view(-1, 3).index_select(0, where).T.contiguous()
        found = _cleaned(pixel, a.flatten()[None, where], _sampled(low, where, a.shape[1], rows))
        photo.view(-1, 3).index_copy_(0, where, found.T)
    return linear


def estimate(linear: Tensor, alpha: Tensor) -> Tensor:
    """Return the person's colour for photos ``(b, h, w, 3)`` in linear light and their alphas ``(b, h, w)``."""
    times = max(1, max(alpha.shape[1:]) // WORK)
    mixed = torch.cat([linear.permute(0, 3, 1, 2), alpha.unsqueeze(1)], 1)
    size = [side // times for side in alpha.shape[1:]]
    small = functional.interpolate(mixed, size=size, mode="area") if times > 1 else mixed
    photos = linear.clone(memory_format=torch.contiguous_format)
    return clean(photos, alpha, _near(small), (0, alpha.shape[1]))


def _rim(low: Tensor, shape: torch.Size, rows: tuple[int, int]) -> Tensor:
    """Return which pixels ``(h, w)`` lie where the reduced alpha is no longer 1."""
    y = (torch.arange(shape[0], device=low.device) + rows[0]) * low.shape[1] // rows[1]
    x = torch.arange(shape[1], device=low.device) * low.shape[2] // shape[1]
    return (low[9] < 0.998).index_select(1, x).index_select(0, y.clamp(max=low.shape[1] - 1))


def _sampled(planes: Tensor, where: Tensor, width: int, rows: tuple[int, int]) -> Tensor:
    """Return reduced planes ``(c, h, w)`` at pixels of the full size, counted row by row, as ``(c, n)``."""
    row = where.div(width, rounding_mode="floor")
    y, x = (row + rows[0]) / rows[1], (where - row * width) / width
    grid = torch.stack([2 * x + 1 / width, 2 * y + 1 / rows[1]], -1).to(planes.dtype) - 1
    found = functional.grid_sample(planes[None], grid[None, None], padding_mode="border", align_corners=False)
    return found[0, :, 0]


def _cleaned(pixel: Tensor, a: Tensor, around: Tensor) -> Tensor:
    """Return the person's colour of pixels ``(3, n)`` with alpha ``(1, n)``."""
    front, back, inner, mean = torch.split(around, [3, 3, 3, 1])
    colour, _ = _Mixture(pixel, a).unmixed(front, back)
    share = _TINT * ((1 - mean) / 0.3).clamp(0, 1)
    return _without_tint(
        torch.where(a > 0.999, pixel, colour), back, inner, share, ((1 - a) / _MIXED).clamp(max=1)
    )


def _without_tint(colour: Tensor, back: Tensor, inner: Tensor, share: Tensor, mixed: Tensor) -> Tensor:
    """Take out what ``colour`` has of the old background's hue beyond ``inner``, down to grey at most.

    Only what differs from ``inner`` as a tint of the background would is one: a red ear before a tan wall is red by
    itself. Where the pixel is ``mixed`` (1), its own colour was never seen: there it goes on to that of ``inner``, past
    grey, or blond hair before blue would turn mauve.
    """
    light, hue = _hue(colour)
    tint, own = _hue(back)[1], _hue(inner)[1]
    strength = _length(tint)
    axis = tint / strength
    there, least = _along(hue, axis), _along(own, axis)
    coloured = _points(hue - own, axis) * _within(there, strength)
    least = least.clamp(min=0) + mixed * coloured * least.clamp(max=0)
    over = torch.maximum(coloured, _between(hue, own, tint)) * (there - least).clamp(min=0)
    return (colour - share * (strength / 0.2).clamp(max=1) * over * axis * light).clamp(0, 1)


def _between(hue: Tensor, own: Tensor, tint: Tensor) -> Tensor:
    """Return how surely (0–1) a hue is on the way from one's own to a tint, and not beyond."""
    off, whole = hue - own, tint - own
    return _points(off, whole) * _within(_length(off), _length(whole))


def _within(size: Tensor, whole: Tensor) -> Tensor:
    """Return how surely (0–1) a difference is no larger than the whole of it: no mixture lies beyond."""
    return (1 - (size / whole - 1) / _BEYOND).clamp(0, 1)


def _points(off: Tensor, direction: Tensor) -> Tensor:
    """Return how surely (0–1) a difference of hues has a direction."""
    cosine = _along(off, direction) / (_length(off) * _length(direction))
    return ((cosine - _ASIDE[0]) / (_ASIDE[1] - _ASIDE[0])).clamp(0, 1)


def _along(hue: Tensor, axis: Tensor) -> Tensor:
    return (hue * axis).sum(0, keepdim=True)


def _length(hue: Tensor) -> Tensor:
    return _along(hue, hue).sqrt().clamp(min=1e-4)


def _hue(colour: Tensor) -> tuple[Tensor, Tensor]:
    """Return the luminance of colours ``(3, n)``, and how each channel differs from it, in shares."""
    light = (colour.new_tensor([_GREY]) @ colour).clamp(min=1e-3)
    return light, colour / light - 1


def _near(mixed: Tensor) -> Tensor:
    """Return what :func:`near` does, for photo and alpha ``(b, 4, h, w)``."""
    levels = [mixed]
    for _ in _PASSES[1:]:
        levels.append(halved(levels[-1]))
    front = back = levels[-1][:, :3]
    for level, passes in zip(reversed(levels), _PASSES, strict=True):
        both = _Mixture(level[:, :3], level[:, 3:])
        front, back = (stretched(p, level.shape[-2:]) for p in (front, back))
        for _ in range(passes):
            front, back = both.unmixed(*both.near(front, back))
    mean = means(mixed[:, 3:], max(1, round(_RIM * max(mixed.shape[2:]))))
    return torch.cat([front, back, _inner(mixed, mean), mean], 1)


def _inner(mixed: Tensor, mean: Tensor) -> Tensor:
    """Return the colour of the person beyond the rim, as near by."""
    deep = (mean > 0.98).to(mixed.dtype) + 1e-4 * mixed[:, 3:] + 1e-8
    small = functional.avg_pool2d(torch.cat([mixed[:, :3] * deep, deep], 1), 8, ceil_mode=True)
    wide = means(small, min(2, *(side - 1 for side in small.shape[2:])))
    return stretched(wide[:, :3] / wide[:, 3:], mean.shape[2:])


class _Mixture:
    """Pixels that are mixtures of two colours, by alpha: what stays the same from pass to pass is worked out once."""

    def __init__(self, pixel: Tensor, a: Tensor) -> None:
        """Take pixels with three channels where ``a`` has one; :meth:`near` wants planes ``(b, 3, h, w)``."""
        self.pixel, self.a, self.rest = pixel, a, 1 - a
        self.inverse = (a * a + self.rest * self.rest).add_(_NOISE).reciprocal_()

    @cached_property
    def weights(self) -> tuple[tuple[Tensor, Tensor], ...]:
        """What each pixel tells its neighbours of the person and of what is behind, and one over the sum of both."""
        shares = self.a + _LEAST, self.rest + _LEAST
        return tuple((share, means(share, 1).reciprocal_()) for share in shares)

    def near(self, *colours: Tensor) -> list[Tensor]:
        """Return the weighted mean of each pixel's and its eight neighbours' colours: the person's, and behind."""
        each = zip(colours, self.weights, strict=True)
        return [means(colour * share, 1).mul_(whole) for colour, (share, whole) in each]

    def unmixed(self, front: Tensor, back: Tensor) -> tuple[Tensor, Tensor]:
        """Return both colours, moved as little as makes them mix to the pixel."""
        off = torch.addcmul(self.pixel, self.a, front, value=-1)
        off.addcmul_(self.rest, back, value=-1).mul_(self.inverse)
        moved = ((front, self.a), (back, self.rest))
        front, back = (torch.addcmul(colour, share, off).clamp_(0, 1) for colour, share in moved)
        return front, back

"""Tiles: the squares of a picture that hold what is to be worked out, each with what lies around it.

Planes are ``(…, h, w)``; tiles of one plane lie side by side: ``(s, n, s)`` with their rim, ``(t, n, t)`` without.
"""

from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

SIDE = 32


class Tiles:
    """The tiles that hold the ``wanted`` pixels ``(h, w)``, with ``rim`` pixels around; mirrored beyond the edge."""

    def __init__(self, wanted: Tensor, rim: int, side: int = SIDE) -> None:
        """Choose the tiles. Those at the right and lower edge are moved inwards and overlap their neighbours."""
        self.shape = wanted.shape
        high, wide = (min(side, length) for length in self.shape)
        y, x = torch.nonzero(_held(wanted, high, wide), as_tuple=True)
        rows, columns = _lines(y, high, self.shape[0], rim), _lines(x, wide, self.shape[1], rim)
        self._around = rows.T[:, :, None] * self.shape[1] + columns
        inner = slice(rim, rim + high), slice(rim, rim + wide)
        self._places = self._around[inner[0], :, inner[1]].contiguous()
        first = rows[:, inner[0]] >= y[:, None] * high, columns[:, inner[1]] >= x[:, None] * wide
        self.own = first[0].T[:, :, None] & first[1]
        self._owned = torch.nonzero(self.own.flatten())[:, 0]
        self._owners = self._places.flatten()[self._owned]

    def __len__(self) -> int:
        """Return how many tiles there are."""
        return self._around.shape[1]

    def around(self, planes: Tensor) -> Tensor:
        """Return the tiles of planes ``(p, h, w)`` with their rims: ``(p, s, n, s)``."""
        return _picked(planes.flatten(-2), self._around)

    def of(self, plane: Tensor) -> Tensor:
        """Return the tiles ``(t, n, t)`` of one plane ``(h, w)``."""
        return _picked(plane.flatten(), self._places)

    def put(self, tiles: Tensor, planes: Tensor) -> Tensor:
        """Put tiles ``(p, t, n, t)`` into their places in planes ``(p, h, w)``, and return those; who owns a pixel puts it."""
        for plane, found in zip(planes.flatten(-2), tiles.flatten(1), strict=True):
            plane.index_copy_(0, self._owners, found.index_select(0, self._owned))
        return planes

    def rims(self, tiles: Tensor) -> Tensor:
        """Return tiles ``(t, n, t)`` with rims ``(s, n, s)`` of what their neighbours hold, 0 where there is no tile."""
        held = torch.cat([tiles.flatten(), tiles.new_zeros(1)])
        return _picked(held, self._neighbours)

    @cached_property
    def _neighbours(self) -> Tensor:
        """Return which pixel of all tiles lies where, the last one for none."""
        there = torch.full((self.shape.numel(),), self.own.numel(), device=self.own.device)
        there[self._owners] = self._owned
        return _picked(there, self._around)


def _picked(values: Tensor, which: Tensor) -> Tensor:
    """Return those of the values ``(…, n)`` that an array of any shape names; half the time of indexing."""
    return values.index_select(-1, which.flatten()).view(*values.shape[:-1], *which.shape)


def _held(wanted: Tensor, high: int, wide: int) -> Tensor:
    """Return which tiles ``(rows, columns)`` hold a wanted pixel."""
    rows, columns = -(-wanted.shape[0] // high), -(-wanted.shape[1] // wide)
    whole = functional.pad(wanted, (0, columns * wide - wanted.shape[1], 0, rows * high - wanted.shape[0]))
    return whole.view(rows, high, columns, wide).any(3).any(1)


def _lines(index: Tensor, side: int, length: int, rim: int) -> Tensor:
    """Return the rows (or columns) of tiles by their index, with their rims: ``(n, side + 2 rim)``."""
    first = (index * side).clamp(max=length - side)
    lines = first[:, None] + torch.arange(-rim, side + rim, device=index.device)
    lines = torch.where(lines < 0, -1 - lines, lines)
    return torch.where(lines >= length, 2 * length - 1 - lines, lines).clamp(0, length - 1)

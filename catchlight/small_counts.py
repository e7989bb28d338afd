"""Counts that are shown together, so that no small one among them can be worked out from the others and their sum."""

from collections.abc import Sequence
from enum import StrEnum

FEWEST = 5  # people that a number is told of


class Hidden(StrEnum):
    """What stands in the place of a number that would point at somebody."""

    FEW = "few"  # fewer than FEWEST, none perhaps
    LEFT_OUT = "left_out"  # small, or beside a small one that it would give away
    ALMOST_ALL = "almost_all"  # all but fewer than FEWEST


Cell = int | Hidden
_WORDS = {Hidden.FEW: f"fewer than {FEWEST}", Hidden.LEFT_OUT: "not shown", Hidden.ALMOST_ALL: "almost all"}


def shown(cell: Cell) -> str:
    """Return a number as it is printed, or what stands in its place."""
    return _WORDS[cell] if isinstance(cell, Hidden) else str(cell)


def few(count: int) -> bool:
    """Whether a count is so small that it would point at somebody."""
    return 0 < count < FEWEST


def alone(count: int) -> Cell:
    """Return a number as it is shown where nothing beside it adds up with it."""
    return Hidden.FEW if few(count) else count


def part(count: int, whole: int, *, rest_told: bool) -> Cell:
    """Return a number as it is shown beside the larger one that it is a part of, and whose rest may be told or not."""
    if few(whole) and count:
        return Hidden.FEW
    return alone(count) if count < FEWEST or rest_told else Hidden.ALMOST_ALL


def cover(counts: Sequence[int], wholes: Sequence[int] = ()) -> list[Cell]:
    """Return numbers as they are shown where their sum is known.

    Where one is small, none and all other small ones read "fewer than five": which is which cannot be told.
    Where that leaves only one, or all at their most, the smallest other one is left out as well, and all of
    them look alike. ``wholes`` are numbers beside which a rest must not be small either.
    """
    most = {at for at, (n, whole) in enumerate(zip(counts, wholes, strict=False)) if few(whole - n)}
    small = {at for at, n in enumerate(counts) if n < FEWEST}
    if not most and not any(few(n) for n in counts):
        return list(counts)
    alike = len(small) > 1 and sum(counts[at] for at in small) <= (FEWEST - 2) * len(small)
    if alike and not most:
        return [Hidden.FEW if at in small else n for at, n in enumerate(counts)]
    hidden = small | most
    others = set(range(len(counts))) - hidden
    least = min((counts[at] for at in others), default=0)
    hidden |= {at for at in others if counts[at] == least}
    return [Hidden.LEFT_OUT if at in hidden else n for at, n in enumerate(counts)]

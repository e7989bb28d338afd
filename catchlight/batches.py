"""So many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def batches(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Yield things in lists of ``size``, the last one shorter (as itertools.batched does since Python 3.12)."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch

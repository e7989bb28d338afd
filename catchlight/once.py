"""What was worked out last is kept: the checks of one portrait run one after the other and ask for the same."""

import weakref
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
T = TypeVar("T")


class Once(Generic[P, T]):
    """A function that remembers its last result, by the identity of its arguments. It keeps no picture alive."""

    def __init__(self, function: Callable[P, T]) -> None:
        """Wrap a function of arrays and records that nobody writes to."""
        self._function = function
        self._last: tuple[list[Callable[[], Any]], T] | None = None

    def __call__(self, *args: P.args, **named: P.kwargs) -> T:
        """Return what the function returns."""
        given = [*args, *named.values()]
        if self._last and [id(ref()) for ref in self._last[0]] == [id(one) for one in given]:
            return self._last[1]
        found = self._function(*args, **named)
        self._last = [_reference(one) for one in given], found
        return found


def _reference(one: Any) -> Callable[[], Any]:
    return weakref.ref(one) if isinstance(one, np.ndarray) else lambda: one

"""What was worked out last is kept, for the same arguments and no longer than they live."""

import gc
import weakref

import numpy as np

from catchlight.once import Once


def test_the_same_arguments_are_worked_out_once() -> None:
    """Other ones anew, also when they are equal: only the same array is the same."""
    asked: list[float] = []

    def total(values: np.ndarray) -> float:
        asked.append(float(values.sum()))
        return asked[-1]

    once, first = Once(total), np.ones(3)
    assert [once(first), once(first), once(first.copy()), once(first)] == [3.0] * 4
    assert len(asked) == 3


def test_no_picture_is_kept_alive() -> None:
    """A photo of 50 megapixels is gone when its portrait is done."""
    once, picture = Once(lambda values: int(values.size)), np.ones(5)
    once(picture)
    there = weakref.ref(picture)
    del picture
    gc.collect()
    assert there() is None

"""Reductions: a large picture is looked at many times at small sizes, so what was made of it is kept for a while."""

import cv2
import numpy as np

_LARGE = 3_000_000  # values of a picture whose reductions are worth remembering
_KEPT = 2  # pictures: the photo, and the portrait made from it
_ROOM = 1.03  # a large picture may be enlarged this far after it was reduced, if that spares a reduction
_THIRD, _STRIP = 3, 16  # by three squares are averaged apart, so many rows at a time
_ABOUT = 0.8  # whole times may be so much less than was asked for
_FITTED = 1.5  # a picture is fitted from a reduction that is at least so much larger


class _Reductions:
    """The pictures that were reduced last, and their reductions. Nobody may write to any of them."""

    def __init__(self) -> None:
        self._kept: list[tuple[np.ndarray, dict[int, np.ndarray]]] = []

    def of(self, image: np.ndarray, times: int) -> np.ndarray:
        """Return a large picture reduced so many times, from memory where it is there, else from a smaller one."""
        known = self._known(image)
        if times not in known:
            last = 3 if times % 3 == 0 else 2
            known[times] = _mean(self.of(image, times // last) if times > last else image, last)
        return known[times]

    def _known(self, image: np.ndarray) -> dict[int, np.ndarray]:
        """Return the reductions of a picture, which is now the one that was asked for last."""
        here = next((kept for kept in self._kept if kept[0] is image), (image, {}))
        self._kept = [here, *(kept for kept in self._kept if kept[0] is not image)][:_KEPT]
        return here[1]


_reductions = _Reductions()


def times_of(image: np.ndarray, scale: float) -> int:
    """Return how many whole times an image is reduced before it is resampled at ``scale``; 1 is not at all.

    A large one by 2, 3, 4, 6, 8, 12 …, of which each is made quickly from one before.
    """
    if image.size < _LARGE:
        return int(1 / max(scale, 1e-6))
    times = max(1, int(_ROOM / max(scale, 1e-6)))
    power = 1 << (times.bit_length() - 1)
    return power * 3 // 2 if times >= power * 3 // 2 > 1 else power


def scale_of(image: np.ndarray, longest: int) -> float:
    """Return how far an image is reduced to have about ``longest`` pixels, at least 1; a large one by whole times."""
    scale = max(1.0, max(image.shape[:2]) / longest)
    times = times_of(image, 1 / scale)
    return float(times) if image.size >= _LARGE and times > _ABOUT * scale else scale


def reduced(image: np.ndarray, times: int) -> np.ndarray:
    """Return the means of squares of ``times`` pixels; what is left over at the right and below is dropped."""
    return _mean(image, times) if image.size < _LARGE else _reductions.of(image, times)


def fitted(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return a picture at a smaller size, by the mean of the area; a large one by way of its reductions."""
    less = min(image.shape[1] / width, image.shape[0] / height) / _FITTED
    times = 1 << max(0, int(less).bit_length() - 1)
    small = reduced(image, times) if times > 1 and image.size >= _LARGE else image
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA))


def _mean(image: np.ndarray, times: int) -> np.ndarray:
    height, width = image.shape[0] // times, image.shape[1] // times
    whole = image[: height * times, : width * times]
    if times == _THIRD and image.dtype == np.uint8 and image.size >= _LARGE:
        return _third(whole, height, width)
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)


def _third(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the means of squares of three pixels, to the same bits in two thirds of the time: every third of all means."""
    made = np.empty((height, width, *image.shape[2:]), image.dtype)
    for top in range(0, height, _STRIP):  # so few rows that they stay in the processor's cache
        part = made[top : top + _STRIP]
        means = cv2.blur(image[top * 3 : (top + len(part)) * 3], (3, 3), anchor=(0, 0))
        cv2.resize(means, (width, len(part)), dst=part, interpolation=cv2.INTER_NEAREST)
    return made

"""Reductions: a large picture is looked at many times at small sizes, so what was made of it is kept for a while."""

import cv2
import numpy as np

_LARGE = 3_000_000  # values of a picture whose reductions are worth remembering
_KEPT = 2  # pictures: the photo, and the portrait made from it
_EXACT = 3  # times up to which a large picture is reduced by odd numbers too


class _Reductions:
    """The pictures that were reduced last, and their reductions. Nobody may write to any of them."""

    def __init__(self) -> None:
        self._kept: list[tuple[np.ndarray, dict[int, np.ndarray]]] = []

    def of(self, image: np.ndarray, times: int) -> np.ndarray:
        """Return a large picture reduced so many times, from memory where it is there, else from a smaller one."""
        known = self._known(image)
        if times not in known:
            step = next(n for n in (4, 2, 1) if times % n == 0 and times > n)
            known[times] = _mean(image if step == 1 else self.of(image, step), times // step)
        return known[times]

    def _known(self, image: np.ndarray) -> dict[int, np.ndarray]:
        """Return the reductions of a picture, which is now the one that was asked for last."""
        here = next((kept for kept in self._kept if kept[0] is image), (image, {}))
        self._kept = [here, *(kept for kept in self._kept if kept[0] is not image)][:_KEPT]
        return here[1]


_reductions = _Reductions()


def times_of(image: np.ndarray, scale: float) -> int:
    """Return how many whole times an image is reduced before it is resampled at ``scale``; 1 is not at all."""
    times = int(1 / max(scale, 1e-6))
    return times // 2 * 2 if times > _EXACT and image.size >= _LARGE else times


def reduced(image: np.ndarray, times: int) -> np.ndarray:
    """Return the means of squares of ``times`` pixels; what is left over at the right and below is dropped."""
    return _mean(image, times) if image.size < _LARGE else _reductions.of(image, times)


def fitted(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return a picture at a smaller size, by the mean of the area; a large one by way of its reductions."""
    times = times_of(image, 2 * max(width / image.shape[1], height / image.shape[0]))
    small = reduced(image, times) if times > 1 and image.size >= _LARGE else image
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA))


def _mean(image: np.ndarray, times: int) -> np.ndarray:
    height, width = image.shape[0] // times, image.shape[1] // times
    return cv2.resize(image[: height * times, : width * times], (width, height), interpolation=cv2.INTER_AREA)

"""Painters that stand in for a model: one that knows the truth, and some that get it wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from catchlight.anatomy import Picture
from catchlight.painting import Scene, Take, Words

Paint = Callable[[Scene, int], Picture | None]


@dataclass
class StandIn:
    """Paints by a function, and remembers what it was asked."""

    by: Paint
    step: int = 16
    most: int = 256 * 256
    digest: str = "0" * 64
    asked: list[tuple[Scene, tuple[int, ...]]] = field(default_factory=list)

    def warm(self, words: Words) -> None:
        """Do nothing: there is nothing to load."""

    def paint(self, scene: Scene, seeds: tuple[int, ...]) -> list[Take]:
        """Return a take a seed: what the function paints inside of the mask."""
        self.asked.append((scene, seeds))
        return [self._take(scene, seed) for seed in seeds]

    def _take(self, scene: Scene, seed: int) -> Take:
        painted = self.by(scene, seed)
        if painted is None:
            return Take(seed, None, "black")
        return Take(seed, np.where(scene.mask[..., None], painted, scene.picture))


def wall(scene: Scene, seed: int) -> Picture:
    """Paint a plain bright wall, a little different by seed."""
    return np.full_like(scene.picture, (225 + seed % 7, 232, 236))


def everywhere(scene: Scene, seed: int) -> Picture:
    """Paint the whole frame, the person too, in loud colours: what leaks past the mask is seen."""
    return np.random.default_rng(seed).integers(0, 256, scene.picture.shape, np.uint8)


def nothing(scene: Scene, seed: int) -> None:
    """Give no picture."""


def somebody(face: Picture) -> Paint:
    """Paint somebody else beside the person."""

    def paint(scene: Scene, seed: int) -> Picture:
        made = wall(scene, seed)
        side = scene.picture.shape[0] // 3
        made[:side, :side] = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
        return made

    return paint

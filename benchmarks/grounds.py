"""Busy grounds to put people on: what is behind them in offices, gardens and at home, in linear light."""

from collections.abc import Callable

import cv2
import numpy as np

from catchlight.anatomy import Picture
from catchlight.pixels import to_linear

SIDE = 640  # of the sheet


def _noise(dice: np.random.Generator, cell: int, channels: int = 1) -> np.ndarray:
    small = dice.random((SIDE // cell + 2, SIDE // cell + 2, channels)).astype(np.float32)
    return (
        cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        .reshape(SIDE, SIDE, channels)
        .clip(0, 1)
    )


def bookshelf(dice: np.random.Generator) -> np.ndarray:
    """Return rows of book spines, a little out of focus."""
    picture = np.full((SIDE, SIDE, 3), 0.04, np.float32)
    for top in range(-20, SIDE, 110):
        left = 0
        while left < SIDE:
            wide, high = int(dice.integers(8, 34)), int(dice.integers(70, 100))
            picture[max(0, top + 100 - high) : max(0, top + 100), left : left + wide - 1] = (
                dice.random(3) ** 2 * dice.random()
            )
            left += wide
        picture[max(0, top + 100) : top + 110] = (0.25, 0.14, 0.07)
    return cv2.GaussianBlur(picture, (0, 0), float(dice.uniform(0.8, 3)))


def foliage(dice: np.random.Generator) -> np.ndarray:
    """Return leaves and sky at three sizes."""
    share = 0.5 * _noise(dice, 40) + 0.3 * _noise(dice, 12) + 0.2 * _noise(dice, 5)
    leaf = np.float32([0.05, 0.14, 0.03]) + _noise(dice, 8) * np.float32([0.2, 0.3, 0.08])
    sky = np.float32([0.6, 0.75, 0.9])
    return np.where(share > 0.6, sky, leaf).astype(np.float32)


def lights(dice: np.random.Generator) -> np.ndarray:
    """Return a dark room with lights far out of focus."""
    picture = np.full((SIDE, SIDE, 3), 0.02, np.float32) + 0.04 * _noise(dice, 160, 3)
    for _ in range(40):
        disc = np.zeros((SIDE, SIDE), np.float32)
        cv2.circle(
            disc, dice.integers(0, SIDE, 2).tolist(), int(dice.integers(10, 45)), (1.0,), -1, cv2.LINE_AA
        )
        picture += disc[..., None] * (dice.random(3) * 0.5).astype(np.float32)
    return cv2.GaussianBlur(picture.clip(0, 1), (0, 0), 2)


def stripes(dice: np.random.Generator) -> np.ndarray:
    """Return blinds: light and dark stripes at an angle."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    angle, period = dice.uniform(0, np.pi), dice.uniform(14, 40)
    wave = np.clip(2 * np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period) + 0.5, 0, 1)
    one, two = (dice.random(3).astype(np.float32) ** 2 for _ in range(2))
    return (one + (two - one) * wave[..., None]).astype(np.float32)


def bricks(dice: np.random.Generator) -> np.ndarray:
    """Return a wall of bricks in sharp focus."""
    picture = np.full((SIDE, SIDE, 3), (0.35, 0.32, 0.28), np.float32)
    for row, top in enumerate(range(0, SIDE, 26)):
        for left in range(-60 + 30 * (row % 2), SIDE, 60):
            tone = np.float32([0.3, 0.1, 0.06]) * np.float32(dice.uniform(0.5, 1.4))
            picture[top : top + 22, max(0, left) : max(0, left + 56)] = tone
    return (picture * (0.8 + 0.4 * _noise(dice, 3))).clip(0, 1).astype(np.float32)


def dark_wall(dice: np.random.Generator) -> np.ndarray:
    """Return a dark wall, uneven, in which dark hair is lost."""
    tone = np.float32([0.03, 0.028, 0.025]) * (0.5 + _noise(dice, 150) + 0.3 * _noise(dice, 6))
    return tone.astype(np.float32)


def bright_window(dice: np.random.Generator) -> np.ndarray:
    """Return a bright window with a frame, in which light hair is lost."""
    picture = 0.75 + 0.25 * _noise(dice, 120, 3)
    for at in dice.integers(0, SIDE, 3):
        picture[:, at : at + 14] = 0.2
        picture[int(at) : int(at) + 10] = 0.3
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 3)


def panels(dice: np.random.Generator) -> np.ndarray:
    """Return wood panels of the colour of skin and brown hair."""
    grain = (
        _noise(dice, 90) * 0.5
        + cv2.resize(
            dice.random((SIDE // 60, SIDE // 3)).astype(np.float32),
            (SIDE, SIDE),
            interpolation=cv2.INTER_CUBIC,
        )[..., None]
        * 0.5
    )
    wood = np.float32([0.36, 0.2, 0.1]) * (0.35 + 0.9 * grain.clip(0, 1))
    wood[:, :: int(dice.integers(90, 150))] *= 0.3
    return cv2.GaussianBlur(wood.astype(np.float32), (0, 0), 1.2)


GROUNDS: tuple[Callable[[np.random.Generator], np.ndarray], ...] = (
    bookshelf, foliage, lights, stripes, bricks, dark_wall, bright_window, panels,
)  # fmt: skip


def surroundings(picture: Picture, alpha: np.ndarray) -> np.ndarray:
    """Return what is around another person, mirrored over the whole sheet."""
    free = np.flatnonzero((alpha[: SIDE // 2] > 0.02).any(0))
    left, right = (free[0], picture.shape[1] - free[-1] - 1) if free.size else (picture.shape[1], 0)
    strip = picture[: SIDE // 2, :left] if left >= right else picture[: SIDE // 2, -right:]
    tile = np.hstack([strip, strip[:, ::-1]])
    times = -(-SIDE // tile.shape[1])
    wide = np.tile(tile, (1, times, 1))[:, :SIDE]
    return to_linear(np.vstack([wide, wide[::-1]])[:SIDE])

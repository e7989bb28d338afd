"""Grain: how noisy a photo is where it is smooth, and as much of it for the ground behind the person.

All figures are 8-bit sRGB levels of luma, where a photo's noise is about the same in light and dark parts.
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight.anatomy import Picture
from catchlight.pixels import in_all
from catchlight.plate import Rows

COARSEST = 2.0  # levels: a ground with more would not be the preset's colour any more
_TILE, _BLOCK, _CHUNK, _RIM = 512, 16, 64, 8
_ROUNDING = 1 / 12  # variance of rounding to whole levels
_ENLARGED = 1.05
_FEWEST = 20  # blocks of which a photo's noise is told
_MEAN_OF_SMOOTHEST = 1.08  # in plain noise the smoothest fifth of blocks reads this much too little
_SMOOTHEST = 20  # per cent of the person's blocks in which there is nothing but noise
# Second differences along both axes: flat in light that changes evenly, blind to JPEG's coarse blotches.
_FINE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6


@dataclass(frozen=True, slots=True)
class Grain:
    """Noise: its standard deviation in levels, and the size of one grain in pixels of the portrait."""

    sigma: float = 0.0
    size: float = 1.0


def measure(portrait: Picture, alpha: Float32[np.ndarray, "h w"], enlarged: float = 1.0) -> Grain:
    """Return the grain of the person in a portrait for which the photo was ``enlarged`` so many times.

    Looks at the smoothest fifth of skin and clothes, at the photo's own resolution; a photo without
    smooth parts, or a strongly denoised one, has none.
    """
    size = max(1.0, enlarged)
    luma = _native(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY), size)
    blocks = luma.shape[1] // _BLOCK, luma.shape[0] // _BLOCK
    if not all(blocks):
        return Grain(0.0, size)
    fine, light = _fine_detail(luma, blocks), _mean_of_blocks(luma.astype(np.float32), blocks)
    person = cv2.resize(alpha, blocks, interpolation=cv2.INTER_AREA) > 0.99
    there = fine[person & (light > 20) & (light < 240)]
    if len(there) < _FEWEST:
        return Grain(0.0, size)
    spread = float(np.percentile(there, _SMOOTHEST)) * _MEAN_OF_SMOOTHEST
    return Grain(min(COARSEST, float(np.sqrt(max(0.0, spread**2 - _ROUNDING)))), size)


def _native(luma: np.ndarray, size: float) -> np.ndarray:
    """Return an enlarged picture at its photo's own resolution."""
    if size <= _ENLARGED:
        return luma
    shape = round(luma.shape[1] / size), round(luma.shape[0] / size)
    return np.asarray(cv2.resize(luma, shape, interpolation=cv2.INTER_AREA))


def _fine_detail(luma: np.ndarray, blocks: tuple[int, int]) -> Float32[np.ndarray, "a b"]:
    """Return the spread of fine detail in each block, for normal noise its standard deviation."""
    fine = np.abs(cv2.filter2D(luma, cv2.CV_32F, _FINE))
    return _mean_of_blocks(fine, blocks) * np.float32(np.sqrt(np.pi / 2))


def _mean_of_blocks(field: np.ndarray, blocks: tuple[int, int]) -> Float32[np.ndarray, "a b"]:
    whole = np.ascontiguousarray(field[: blocks[1] * _BLOCK, : blocks[0] * _BLOCK])
    return np.asarray(cv2.resize(whole, blocks, interpolation=cv2.INTER_AREA))


def seed_of(picture: Picture) -> int:
    """Return a number for :func:`lay` that is another for every picture, and always the same for one."""
    return zlib.crc32(picture[::16, ::16].tobytes())


def lay(
    behind: Float32[np.ndarray, "h w 3"], grain: Grain, seed: int = 0, rows: Rows | None = None
) -> Float32[np.ndarray, "h w 3"]:
    """Return some rows (first, end) of a ground in linear light with grain on them.

    Below the grain lies an even noise of less than half a level: fine gradients come out without
    bands, and a plain colour stays exactly as it is. White stays white. A pixel's noise depends on its
    place in the frame and the seed alone, whichever band it is in.
    """
    first = rows[0] if rows else 0
    noise = _noise(round(grain.sigma, 2), round(grain.size, 1))
    noise = np.roll(noise, (seed % _TILE, seed // _TILE % _TILE), (0, 1))
    noise = np.tile(noise, (1, -(-behind.shape[1] // _TILE)))[:, : behind.shape[1]]
    laid = np.empty_like(behind)
    for top in range(0, len(behind), _CHUNK):
        part = behind[top : top + _CHUNK]
        lines = noise[(np.arange(first + top, first + top + len(part))) % _TILE]
        cv2.multiply(_level(part), in_all(lines), dst=laid[top : top + _CHUNK])
    return np.asarray(cv2.add(laid, behind, dst=laid))


def _level(light: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Return how much linear light one sRGB level is, within a tenth of it; nothing for white, which must not clip."""
    slope = 2.4 / 1.055 / 255
    level = cv2.addWeighted(cv2.sqrt(light), 0.65 * slope, light, 0.35 * slope, 0)
    if light.max() > 0.95:
        level *= np.clip((1 - light) * 20, 0, 1)
    return np.asarray(level)


@lru_cache(maxsize=8)
def _noise(sigma: float, size: float) -> Float32[np.ndarray, "t t"]:
    """Return a tile of grain and dither in levels; its edges join."""
    return sigma * _grains(size) + _dither() if sigma else _dither()


@lru_cache(maxsize=4)
def _grains(size: float) -> Float32[np.ndarray, "t t"]:
    """Return noise as an enlarged photo has it: grains ``size`` pixels wide, and :func:`measure` reads 1."""
    count = round(_TILE / size)
    white = np.random.default_rng(1).standard_normal((count, count)).astype(np.float32)
    if size <= _ENLARGED:
        return white
    wide = np.pad(white, _RIM, mode="wrap")
    side = round(len(wide) * _TILE / count)
    rim = (side - _TILE) // 2
    tile = cv2.resize(wide, (side, side), interpolation=cv2.INTER_CUBIC)[rim : rim + _TILE, rim : rim + _TILE]
    native = _native(tile, size)
    blocks = len(native) // _BLOCK
    return tile / float(_fine_detail(native, (blocks, blocks)).mean())


@lru_cache(maxsize=1)
def _dither() -> Float32[np.ndarray, "t t"]:
    """Return even noise of just less than ±½ level, its strength in fine detail, where eyes do not see it."""
    blue = np.random.default_rng(2).standard_normal((_TILE, _TILE)).astype(np.float32)
    for _ in range(3):
        blue = blue - _round_the_edge(blue, 1.5)
        order = np.argsort(blue, axis=None)
        even = np.empty(blue.size, np.float32)
        even[order] = np.linspace(-0.49, 0.49, blue.size, dtype=np.float32)
        blue = even.reshape(blue.shape)
    return blue


def _round_the_edge(tile: np.ndarray, sigma: float) -> np.ndarray:
    """Blur a tile as if it were surrounded by itself."""
    rim = int(4 * sigma) + 1
    wide = cv2.GaussianBlur(np.pad(tile, rim, mode="wrap"), (0, 0), sigma)
    return wide[rim:-rim, rim:-rim]

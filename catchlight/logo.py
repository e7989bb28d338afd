"""A mark in a corner of the backdrop, laid on in linear light. The person is printed over it, never under."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight.errors import ConfigError, PhotoError
from catchlight.ground import Logo
from catchlight.pixels import to_linear
from catchlight.plate import Rows

_KEY = "background.logo.file"


@dataclass(frozen=True, slots=True)
class Mark:
    """A logo at its printed size: light times alpha (linear RGB), alpha, and where its upper left corner lies."""

    light: Float32[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w 1"]
    top: int
    left: int

    def laid_on(self, ground: Float32[np.ndarray, "h w 3"], rows: Rows) -> Float32[np.ndarray, "h w 3"]:
        """Return the ground's rows (first, end) with the mark on them."""
        first, end = max(rows[0], self.top), min(rows[1], self.top + len(self.light))
        if first >= end:
            return ground
        marked = ground.copy()
        own = slice(first - self.top, end - self.top)
        part = marked[first - rows[0] : end - rows[0], self.left : self.left + self.light.shape[1]]
        part *= 1 - self.alpha[own]
        part += self.light[own]
        return marked


@lru_cache(maxsize=4)
def mark(of: Logo, width: int, height: int) -> Mark:
    """Return the logo for a frame; ConfigError names the key when its file cannot be used."""
    light, alpha = _read(of)
    high = max(1, round(of.height * height))
    wide = max(1, round(high * alpha.shape[1] / alpha.shape[0]))
    margin = round(of.margin * height)
    if wide + 2 * margin > width or high + 2 * margin > height:
        message = "background.logo.height: the logo and its margins are larger than the frame; make it lower"
        raise ConfigError(message)
    light, alpha = (_sized(part, wide, high) * np.float32(of.opacity) for part in (light, alpha))
    top = margin if of.corner.startswith("top") else height - margin - high
    left = margin if of.corner.endswith("left") else width - margin - wide
    return Mark(light, alpha[..., None], top, left)


def _read(of: Logo) -> tuple[np.ndarray, np.ndarray]:
    """Return light times alpha, and alpha 0–1, at the file's own size."""
    from catchlight.decoding import decode  # noqa: PLC0415  only presets with a logo need it

    try:
        found = decode(of.file.read_bytes())
    except (OSError, PhotoError) as error:
        message = f"{_KEY} {of.file}: {error}"
        raise ConfigError(message) from error
    if found.alpha is None:
        message = f"{_KEY} {of.file}: has no transparency, so it would print as a box; give a PNG that has"
        raise ConfigError(message)
    alpha = found.alpha[..., None].astype(np.float32) / 255
    # The decoder put transparent parts on white; what a half transparent edge holds of it comes off again.
    own = (found.picture - 255 * (1 - alpha)) / np.maximum(alpha, 1 / 255)
    return to_linear(np.clip(np.round(own), 0, 255).astype(np.uint8)) * alpha, alpha[..., 0]


def _sized(part: np.ndarray, wide: int, high: int) -> np.ndarray:
    smaller = part.shape[0] >= high
    return cv2.resize(part, (wide, high), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)

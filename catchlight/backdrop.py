"""What the preset puts behind the person, rendered at the portrait's own size in linear light."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight.config import Background
from catchlight.errors import ConfigError, PhotoError
from catchlight.pixels import resize, to_linear


@lru_cache(maxsize=4)
def render(of: Background, width: int, height: int) -> Float32[np.ndarray, "h w 3"]:
    """Return the backdrop of a preset as linear RGB in 0–1. The array is shared: do not write to it."""
    if of.kind == "image" and of.image:
        backdrop = _image(of.image, of.blur, width, height)
    elif of.kind == "gradient" and of.edge:
        backdrop = _gradient(of.colour, of.edge, width, height)
    else:
        backdrop = np.broadcast_to(colour(of.colour), (height, width, 3)).astype(np.float32)
    backdrop.flags.writeable = False
    return backdrop


def colour(code: str) -> Float32[np.ndarray, " 3"]:
    """Return ``#rrggbb`` as linear RGB."""
    rgb = np.array([[[int(code[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8)
    return to_linear(rgb)[0, 0]


def _gradient(inner: str, outer: str, width: int, height: int) -> Float32[np.ndarray, "h w 3"]:
    """Light falls from behind the head to the edges, as from one lamp on a paper roll."""
    rows, columns = min(height, 256), min(width, 256)  # smooth: made small, then enlarged
    y = (np.arange(rows, dtype=np.float32)[:, None] + 0.5) / rows - 0.42
    x = (np.arange(columns, dtype=np.float32) + 0.5) / columns - 0.5
    away = np.sqrt((x * 1.05) ** 2 + y**2) / 0.78
    share = np.clip(away, 0, 1) ** np.float32(1.6)
    small = colour(inner) + share[..., None] * (colour(outer) - colour(inner))
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def _image(path: Path, blur: float, width: int, height: int) -> Float32[np.ndarray, "h w 3"]:
    """Cover the frame with a picture, cut around its middle, out of focus by ``blur``."""
    from catchlight.decoding import decode  # noqa: PLC0415  only presets with a picture need it

    try:
        picture = decode(path.read_bytes()).picture
    except (OSError, PhotoError) as error:
        message = f"background.image {path}: {error}"
        raise ConfigError(message) from error
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    large = to_linear(resize(picture, *size))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    cut = np.ascontiguousarray(large[top : top + height, left : left + width])
    return cv2.GaussianBlur(cut, (0, 0), blur * height) if blur else cut

"""What the preset puts behind the person, in linear light, whole or in bands of rows."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, Int

from catchlight import logo, office, plate
from catchlight.errors import ConfigError, PhotoError
from catchlight.ground import Background
from catchlight.pixels import to_linear
from catchlight.plate import Rows

_KEPT = 2048 * 2048  # pixels of the largest frame that is rendered once for everybody
_SHARPEST = 3072  # a picture behind people is not kept larger than this, pixels of height
_OPEN_LENS = 0.036  # radius of the office's disc where the preset says none, share of the height
_BAND = 256


def render(of: Background, width: int, height: int, rows: Rows | None = None) -> Float32[np.ndarray, "h w 3"]:
    """Return the backdrop as linear RGB in 0–1: all of it, or only some rows (first, end).

    A band has the same bits as those rows of the whole; of a large frame it needs memory for the
    band alone. The array is shared: it cannot be written to. ConfigError names the key of a picture that is bad.
    """
    if width * height <= _KEPT:
        whole = _whole(of, width, height)
        return whole[slice(*rows)] if rows else whole
    return _made(of, width, height, rows or (0, height))


def sample(
    of: Background, width: int, height: int, rows: Int[np.ndarray, " n"], columns: Int[np.ndarray, " n"]
) -> Float32[np.ndarray, "n 3"]:
    """Return the backdrop at some pixels of a frame of any size, without making all of it."""
    if width * height <= _KEPT:
        return render(of, width, height)[rows, columns]
    found = np.empty((len(rows), 3), np.float32)
    for top in range(0, height, _BAND):
        here = (rows >= top) & (rows < top + _BAND)
        if here.any():
            band = render(of, width, height, (top, min(top + _BAND, height)))
            found[here] = band[rows[here] - top, columns[here]]
    return found


def colour(code: str) -> Float32[np.ndarray, " 3"]:
    """Return ``#rrggbb`` as linear RGB."""
    rgb = np.array([[[int(code[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8)
    return to_linear(rgb)[0, 0]


@lru_cache(maxsize=8)
def _whole(of: Background, width: int, height: int) -> Float32[np.ndarray, "h w 3"]:
    return _made(of, width, height, (0, height))


def _made(of: Background, width: int, height: int, rows: Rows) -> Float32[np.ndarray, "h w 3"]:
    made = plate.enlarge(_plate(of, round(width / height, 2)), width, height, rows)
    if of.logo:
        made = logo.mark(of.logo, width, height).laid_on(made, rows)
    made.flags.writeable = False
    return made


@lru_cache(maxsize=4)
def _plate(of: Background, aspect: float) -> Float32[np.ndarray, "a b 3"]:
    """Return the backdrop without its logo, as small as it may be without losing anything."""
    if of.kind == "image" and of.image:
        small = _picture(of.image, of.blur or 0.0, aspect)
    elif of.kind == "office":
        small = office.draw(colour(of.colour), aspect, of.blur or _OPEN_LENS, of.seed)
    elif of.kind == "gradient" and of.edge:
        x, y = plate.grid(aspect)
        share = _fall(of.towards, x, y)[..., None]
        small = colour(of.colour) + share * (colour(of.edge) - colour(of.colour))
    else:
        side = plate.SIDE if of.vignette else 1
        small = np.broadcast_to(colour(of.colour), (side, max(1, round(side * aspect)), 3))
    return small.astype(np.float32) * _vignette(of.vignette, aspect, small.shape[0])


def _fall(towards: str, x: np.ndarray, y: np.ndarray) -> Float32[np.ndarray, "h w"]:
    """Return how far each place is from the first colour, 0–1.

    Towards the edges, light falls as from one lamp on a paper roll, from behind the head.
    """
    if towards == "edges":
        away = np.sqrt(((x - 0.5) * 1.05) ** 2 + (y - 0.42) ** 2) / 0.78
        return np.clip(away, 0, 1) ** np.float32(1.6)
    along = {"top": 1 - y, "bottom": y, "left": 1 - x, "right": x}[towards]
    along = np.broadcast_to(along, (y.shape[0], x.shape[0]))
    return along * along * (3 - 2 * along)


def _vignette(share: float, aspect: float, side: int) -> Float32[np.ndarray, "h w 1"]:
    """Return a gain that falls as light does towards a lens's corners (cos⁴), by ``share`` in the very corners."""
    if not share:
        return np.ones((1, 1, 1), np.float32)
    x, y = plate.grid(aspect, side)
    away = 2 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    return (1 / (1 + ((1 - share) ** -0.5 - 1) * away) ** 2)[..., None].astype(np.float32)


def _picture(path: Path, blur: float, aspect: float) -> Float32[np.ndarray, "h w 3"]:
    """Cut a picture around its middle to the frame's shape, out of focus by ``blur``."""
    from catchlight.decoding import decode  # noqa: PLC0415  only presets with a picture need it

    try:
        picture = decode(path.read_bytes()).picture
    except (OSError, PhotoError) as error:
        message = f"background.image {path}: {error}"
        raise ConfigError(message) from error
    height, width = picture.shape[:2]
    high, wide = min(height, round(width / aspect)), min(width, round(height * aspect))
    top, left = (height - high) // 2, (width - wide) // 2
    cut = to_linear(np.ascontiguousarray(picture[top : top + high, left : left + wide]))
    if high > _SHARPEST:
        size = round(_SHARPEST * wide / high), _SHARPEST
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA))
    return cv2.GaussianBlur(cut, (0, 0), blur * len(cut)) if blur else cut

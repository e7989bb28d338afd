"""A portrait as a signature shows it: a small square file, its round corners in the bitmap, right on any ground."""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from jaxtyping import Float64, UInt8
from PIL import Image

from catchlight import cropping, decoding, pixels
from catchlight.anatomy import OtherPicture, Picture
from catchlight.cuts import PrintCrop
from catchlight.errors import PhotoError
from catchlight.source_type import HEAD, MARK, SourceType, marked, written
from reports._signature_colours import channels
from reports._signature_ink import Colours
from reports._signature_settings import PICTURE_BYTES, Pictures

DENSITY = 2
_CROP = PrintCrop(aspect=1.0, head=0.68, eye_line=0.45)
_ROUNDED = 0.14  # radius of rounded corners, share of the side
_EDGES = 30  # colours of the palette for pixels that the corner cuts
_COLOURS = (24, 48, 72, 112, 160, 225)
_STILL = 400  # where Pillow stops moving colours: at 1 it takes three times as long and is 2 % nearer
_BYTES = PICTURE_BYTES - MARK
_CORNER = 255  # the palette's last entry is nothing
_LARGE = decoding.Limits(max_bytes=64 << 20, max_pixels=120_000_000)


@dataclass(frozen=True, slots=True)
class File:
    """A picture's file: its name, its bytes, how large it is shown (pixels of the page), how it came about."""

    name: str
    data: bytes
    side: int
    type: SourceType | None = None

    @property
    def kind(self) -> str:
        """The media type."""
        return "image/png" if self.name.endswith(".png") else "image/jpeg"


def picture_file(
    owner: str,
    portrait: bytes,
    side: int,
    settings: Pictures,
    colours: Colours,
    place: cropping.Place | None = None,
) -> File:
    """Return the file for a portrait (our own JPEG), shown ``side`` pixels wide and twice as dense.

    Its name is a digest of the bytes and of whose it is: it changes with the picture, and nobody shares one.
    Raises PhotoError for a portrait that cannot be read, or cannot be made small enough.
    """
    whole = decoding.decode(portrait, _LARGE).picture
    own = whole.shape[1], whole.shape[0]
    box = cropping.crop_box(place, own, _CROP)
    square = cropping.cut(whole, box, DENSITY * side, DENSITY * side)
    alpha = _corners(DENSITY * side, settings.shape)
    if settings.shape == "square" or settings.corners == "filled":
        ground = np.full(square.shape, channels(colours.background), np.uint8)
        data, ending = pixels.jpeg(_on(square, alpha, ground), quality=90, max_bytes=_BYTES), "jpg"
    else:
        data, ending = _smallest(square, alpha), "png"
    type_ = written(portrait[:HEAD])
    data = marked(data, type_)
    digest = hashlib.sha256(owner.encode() + b"\0" + data).hexdigest()[:24]
    return File(f"{digest}.{ending}", data, side, type_)


def _corners(side: int, shape: str) -> Float64[np.ndarray, "s s"]:
    """Return how much of each pixel lies inside a square whose corners are cut off round."""
    half = side / 2
    radius = {"round": half, "rounded": 2 * _ROUNDED * half, "square": 0.0}[shape]
    away = np.abs(np.arange(side) + 0.5 - half)
    x, y = np.meshgrid(*[np.maximum(away - (half - radius), 0)] * 2)
    inside = np.clip(radius - np.hypot(x, y) + 0.5, 0, 1)
    return inside if radius else np.ones((side, side))


def _on(picture: Picture, alpha: Float64[np.ndarray, "s s"], ground: Picture) -> Picture:
    """Return the picture on a ground, mixed as light is."""
    share = alpha[..., None].astype(np.float32)
    front, back = pixels.to_linear(picture), pixels.to_linear(ground)
    return pixels.to_srgb(share * front + (1 - share) * back)


def _smallest(picture: OtherPicture, alpha: Float64[np.ndarray, "s s"]) -> bytes:
    """Return the PNG of about the most colours with which it is small enough."""
    fitting = bisect_right(_COLOURS, _BYTES, key=lambda n: len(_palette_png(picture, alpha, n)))
    if not fitting:
        message = f"A picture of {picture.shape[0]} pixels does not fit into {PICTURE_BYTES} bytes; make it smaller."
        raise PhotoError("photo.does_not_fit", message)
    colours = _COLOURS[fitting - 1]
    better = _palette_png(picture, alpha, colours, still=_STILL)
    return better if len(better) <= _BYTES else _palette_png(picture, alpha, colours)


def _palette_png(
    picture: OtherPicture, alpha: Float64[np.ndarray, "s s"], colours: int, still: int = 0
) -> bytes:
    """Return a PNG of a palette in which a few colours belong to the edge, at several transparencies.

    With ``still`` the palette's colours are moved nearer to the picture's until they move less than that;
    it takes longer than all the rest.
    """
    inner, edge = alpha == 1, (alpha > 0) & (alpha < 1)
    shown = Image.fromarray(picture).quantize(colours, Image.Quantize.MEDIANCUT, kmeans=still)
    index = np.array(shown)
    palette = np.zeros((256, 4), np.uint8)
    found = np.array(shown.getpalette(), np.uint8).reshape(-1, 3)[:colours]
    palette[: len(found), :3], palette[: len(found), 3] = found, 255
    if edge.any():
        at, entries = _edge(picture[edge], alpha[edge])
        index[edge] = colours + at
        palette[colours : colours + len(entries)] = entries
    index[~inner & ~edge] = _CORNER
    return _png(index, palette)


def _edge(
    picture: UInt8[np.ndarray, "n 3"], alpha: Float64[np.ndarray, " n"]
) -> tuple[UInt8[np.ndarray, " n"], UInt8[np.ndarray, "m 4"]]:
    """Return which of ``_EDGES`` colours with transparency each pixel of the edge gets, and those colours."""
    few = Image.fromarray(picture[None]).quantize(_EDGES // 5, Image.Quantize.MEDIANCUT, kmeans=_STILL)
    hues = np.array(few.getpalette(), np.uint8).reshape(-1, 3)[: _EDGES // 5]
    steps = (np.arange(5) + 0.5) / 5
    step = np.clip(alpha * 5, 0, 4).astype(np.uint8)
    entries = np.array([[*hue, round(255 * share)] for hue in hues for share in steps], np.uint8)
    return np.array(few)[0] * np.uint8(5) + step, entries


def _png(index: UInt8[np.ndarray, "s s"], palette: UInt8[np.ndarray, "256 4"]) -> bytes:
    image = Image.fromarray(index, "P")
    image.putpalette(palette[:, :3].tobytes())
    buffer = BytesIO()
    image.save(buffer, "PNG", transparency=palette[:, 3].tobytes(), optimize=True)
    return buffer.getvalue()

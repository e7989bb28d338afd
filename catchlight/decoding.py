"""Bytes → an upright sRGB array, in this process. For files of strangers use `decoder.Decoder`."""

import importlib
import re
import warnings
from dataclasses import dataclass, replace
from io import BytesIO
from mmap import mmap

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageFile

from catchlight import exif, jpeg_pixels, jpeg_stream, srgb
from catchlight.anatomy import Picture
from catchlight.errors import PhotoError
from catchlight.formats import BROKEN, EMPTY, Format, gif_extent, identify, not_read

_READERS = {
    Format.JPEG: ("PIL.JpegImagePlugin", "JpegImageFile"),
    Format.PNG: ("PIL.PngImagePlugin", "PngImageFile"),
    Format.WEBP: ("PIL.WebPImagePlugin", "WebPImageFile"),
    Format.GIF: ("PIL.GifImagePlugin", "GifImageFile"),
    Format.TIFF: ("PIL.TiffImagePlugin", "TiffImageFile"),
    Format.AVIF: ("PIL.AvifImagePlugin", "AvifImageFile"),
    Format.HEIC: ("pi_heif.as_plugin", "HeifImageFile"),
}
_CUT_SHORT = re.compile(r"truncat|not processed|end of (file|data)|unexpected end|eof", re.IGNORECASE)
_TOO_MUCH = re.compile(r"too large|too much|bomb|limit", re.IGNORECASE)
_REDUCED, _DNG_VERSION = 0x00FE, 0xC612
_LONG_SIDE = 6000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may cost: bytes of the file, pixels, seconds, bytes of memory."""

    max_bytes: int = 40 << 20
    max_pixels: int = 50_000_000
    max_side: int = 30_000
    seconds: float = 20
    memory_bytes: int = 3 << 29


STANDARD = Limits()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture, upright, in sRGB, on white.

    ``alpha`` is the file's own transparency (None when it has none); ``notes`` are sentences
    about what was done to get there; ``taken`` is the day on which the camera says that it was
    taken (ISO, "" when it does not say).
    """

    picture: Picture
    alpha: UInt8[np.ndarray, "h w"] | None
    format: str
    notes: tuple[str, ...] = ()
    taken: str = ""


def decode(data: bytes, limits: Limits = STANDARD, into: mmap | None = None) -> Decoded:
    """Return the picture of a file, or raise PhotoError with what to send instead.

    Its pixels may lie in the memory ``into``, which has room for as many as the limits allow.
    """
    check_bytes(data, limits)
    format_ = identify(data)
    notes: list[str] = []
    with warnings.catch_warnings(action="ignore"):
        try:
            image, pixels = _load(format_, data, limits, notes, into)
            told = exif.read(image)
            turn = exif.turn(told)
            pixels = None if pixels is None else jpeg_pixels.turned(pixels, turn)
            image = _upright(image, turn) if pixels is None else image
        except BROKEN as error:
            raise _broken(format_, error) from error
        except (MemoryError, Image.DecompressionBombError) as error:
            raise _too_large("needs more memory than is allowed") from error
        done = (
            _finish(image, format_, notes)
            if pixels is None
            else Decoded(pixels, None, format_.value, tuple(notes))
        )
        return replace(done, taken=exif.taken(told))


def check_bytes(data: bytes, limits: Limits) -> None:
    """Raise PhotoError for a file that is empty or too long."""
    if not data:
        raise PhotoError("photo.empty", EMPTY)
    if len(data) > limits.max_bytes:
        size, most = len(data) / 2**20, limits.max_bytes / 2**20
        raise _too_large(f"has {size:.0f} MB and at most {most:.0f} MB are read")


def _check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the size that its header claims, before any pixel is decoded."""
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        most = limits.max_pixels / 1e6
        raise _too_large(f"has {width} x {height} pixels and at most {most:.0f} million are read")


def _load(
    format_: Format, data: bytes, limits: Limits, notes: list[str], into: mmap | None
) -> tuple[Image.Image, Picture | None]:
    """Return the first picture of the file, all of its pixels decoded; those of most JPEGs beside it."""
    count, pixels = 1, None
    if format_ is Format.GIF:
        width, height, count = gif_extent(data)
        _check_size(width, height, limits)
    image = _open(format_, data)
    _check_size(*image.size, limits)
    if format_ is Format.JPEG:
        arrangement = jpeg_stream.layout(data)
        count = 2 if arrangement.more else 1
        pixels = _at_once(image, data, arrangement, notes, into)
        image = image if pixels is not None else _strictly(image, data, arrangement, notes)
    elif format_ is Format.TIFF:
        _check_tiff(image)
    else:
        _check_whole(format_, data)
    count = max(count, getattr(image, "n_frames", 1))
    if count > 1:
        notes.append("The file holds several pictures; the first was used.")
    if pixels is None:
        image.load()
    return image, pixels


def _open(format_: Format, data: bytes) -> ImageFile.ImageFile:
    """Read the header. The reader is named, so no other one is ever tried on the bytes."""
    module, name = _READERS[format_]
    try:
        reader = getattr(importlib.import_module(module), name)
    except ImportError as error:
        message = (
            "HEIC pictures are not read by this installation; convert to JPEG or install catchlight[heif]."
        )
        raise PhotoError("photo.format", message) from error
    image: ImageFile.ImageFile = reader(BytesIO(data))
    return image


def _at_once(
    image: ImageFile.ImageFile,
    data: bytes,
    arrangement: jpeg_stream.Layout,
    notes: list[str],
    into: mmap | None,
) -> Picture | None:
    """Return the pixels of a JPEG that is surely all there and whose colours stay as they are; else None."""
    if not (arrangement.end and arrangement.covered and srgb.stays(image)):
        return None
    pixels = jpeg_pixels.read(image, data, _LONG_SIDE, into)
    if pixels is not None and image.mode == "L":
        notes.append(srgb.GREY)
    return pixels


def _strictly(
    image: ImageFile.ImageFile, data: bytes, arrangement: jpeg_stream.Layout, notes: list[str]
) -> ImageFile.ImageFile:
    """Make sure that the JPEG is all there, and let the decoder reduce one of great size."""
    whole = jpeg_stream.whole(data, arrangement)
    if whole is not data:
        notes.append("The file lacked its end marker; the picture is complete.")
        image = _open(Format.JPEG, whole)
    if max(image.size) > _LONG_SIDE:
        part = -(-max(image.size) // _LONG_SIDE)
        image.draft(image.mode, (image.width // part, image.height // part))
        notes.append("The picture is very large and was read at a smaller size.")
    return image


def _check_whole(format_: Format, data: bytes) -> None:
    """Refuse what is not all there and decodes all the same.

    Pillow leaves the checksum of the last pixels of a PNG unread. A copy that broke off is often
    filled up with zeros, which the decoders of the others take for picture.
    """
    if format_ is Format.PNG:
        _open(format_, data).verify()
    elif format_ is not Format.GIF and data.endswith(bytes(1024)):
        raise jpeg_stream.truncated()


def _check_tiff(image: ImageFile.ImageFile) -> None:
    """Refuse camera raw files: their TIFF part is a thumbnail or unfinished sensor data."""
    tags = getattr(image, "tag_v2", {})
    if _DNG_VERSION in tags or tags.get(_REDUCED, 0) & 1:
        raise not_read("a camera's raw file")


def _upright(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Turn the picture as its EXIF says. TIFF turned itself."""
    if turn is None:
        return image
    upright = image.transpose(turn)
    upright.info = image.info
    return upright


def _finish(image: Image.Image, format_: Format, notes: list[str]) -> Decoded:
    try:
        done = srgb.convert(image)
        picture = np.asarray(done.picture)
    except MemoryError as error:
        raise _too_large("needs more memory than is allowed") from error
    alpha = None if done.alpha is None else np.asarray(done.alpha)
    return Decoded(picture, alpha, format_.value, (*notes, *done.notes))


def _broken(format_: Format, error: Exception) -> PhotoError:
    """Say what a reader's error means to the person who sent the file."""
    text = str(error)
    if _TOO_MUCH.search(text):
        return _too_large("carries more hidden data than is allowed")
    if _CUT_SHORT.search(text):
        return jpeg_stream.truncated()
    message = (
        f"This {format_} file is damaged and cannot be read; send the original again or save it as JPEG."
    )
    return PhotoError("photo.damaged", message)


def _too_large(why: str) -> PhotoError:
    return PhotoError("photo.too_large", f"The picture {why}; send a smaller one.")

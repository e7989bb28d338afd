"""Bytes → an upright sRGB array, in this process. For files of strangers use `decoder.Decoder`."""

import importlib
import re
import struct
import warnings
import zlib
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageFile

from catchlight import jpeg_stream, srgb
from catchlight.anatomy import Picture
from catchlight.errors import PhotoError
from catchlight.formats import Format, gif_extent, identify, not_read

_READERS = {
    Format.JPEG: ("PIL.JpegImagePlugin", "JpegImageFile"),
    Format.PNG: ("PIL.PngImagePlugin", "PngImageFile"),
    Format.WEBP: ("PIL.WebPImagePlugin", "WebPImageFile"),
    Format.GIF: ("PIL.GifImagePlugin", "GifImageFile"),
    Format.TIFF: ("PIL.TiffImagePlugin", "TiffImageFile"),
    Format.AVIF: ("PIL.AvifImagePlugin", "AvifImageFile"),
    Format.HEIC: ("pi_heif.as_plugin", "HeifImageFile"),
}
# What the readers raise on bytes that are not what they should be.
_BROKEN = (
    *(SyntaxError, OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError),
    *(LookupError, ArithmeticError, AssertionError, struct.error, zlib.error),
)
_CUT_SHORT = re.compile(r"truncat|not processed|end of (file|data)|unexpected end|eof", re.IGNORECASE)
_TOO_MUCH = re.compile(r"too large|too much|bomb|limit", re.IGNORECASE)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
_EXIF_PART, _TAKEN = 0x8769, 0x9003
_FIRST_CAMERA = 1996  # the year of the first camera that wrote EXIF; before it, a clock was not set
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


def decode(data: bytes, limits: Limits = STANDARD) -> Decoded:
    """Return the picture of a file, or raise PhotoError with what to send instead."""
    check_bytes(data, limits)
    format_ = identify(data)
    notes: list[str] = []
    with warnings.catch_warnings(action="ignore"):
        try:
            image = _load(format_, data, limits, notes)
            exif = _exif(image)
            image = _upright(image, exif)
        except _BROKEN as error:
            raise _broken(format_, error) from error
        except (MemoryError, Image.DecompressionBombError) as error:
            raise _too_large("needs more memory than is allowed") from error
        return replace(_finish(image, format_, notes), taken=_taken(exif))


def check_bytes(data: bytes, limits: Limits) -> None:
    """Raise PhotoError for a file that is empty or too long."""
    if not data:
        raise PhotoError("photo.empty", "The file is empty; send it again.")
    if len(data) > limits.max_bytes:
        size, most = len(data) / 2**20, limits.max_bytes / 2**20
        raise _too_large(f"has {size:.0f} MB and at most {most:.0f} MB are read")


def _check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the size that its header claims, before any pixel is decoded."""
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        most = limits.max_pixels / 1e6
        raise _too_large(f"has {width} x {height} pixels and at most {most:.0f} million are read")


def _load(format_: Format, data: bytes, limits: Limits, notes: list[str]) -> Image.Image:
    """Return the first picture of the file, all of its pixels decoded."""
    count = 1
    if format_ is Format.GIF:
        width, height, count = gif_extent(data)
        _check_size(width, height, limits)
    image = _open(format_, data)
    _check_size(*image.size, limits)
    if format_ is Format.JPEG:
        image, count = _strictly(image, data, notes)
    elif format_ is Format.TIFF:
        _check_tiff(image)
    else:
        _check_whole(format_, data)
    count = max(count, getattr(image, "n_frames", 1))
    if count > 1:
        notes.append("The file holds several pictures; the first was used.")
    image.load()
    return image


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


def _strictly(image: ImageFile.ImageFile, data: bytes, notes: list[str]) -> tuple[ImageFile.ImageFile, int]:
    """Make sure that the JPEG is all there, and let the decoder reduce one of great size."""
    arrangement = jpeg_stream.layout(data)
    whole = jpeg_stream.whole(data, arrangement)
    if whole is not data:
        notes.append("The file lacked its end marker; the picture is complete.")
        image = _open(Format.JPEG, whole)
    if max(image.size) > _LONG_SIDE:
        part = -(-max(image.size) // _LONG_SIDE)
        image.draft(image.mode, (image.width // part, image.height // part))
        notes.append("The picture is very large and was read at a smaller size.")
    return image, 2 if arrangement.more else 1


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


def _exif(image: Image.Image) -> Image.Exif:
    """Return the picture's EXIF; one that cannot be read says nothing."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
    except _BROKEN:
        return Image.Exif()
    return exif


def _upright(image: Image.Image, exif: Image.Exif) -> Image.Image:
    """Turn the picture as its EXIF says. TIFF turned itself."""
    try:
        turn = _TURNS.get(exif.get(_ORIENTATION, 1))
    except _BROKEN:
        turn = None
    if turn is None:
        return image
    upright = image.transpose(turn)
    upright.info = image.info
    return upright


def _taken(exif: Image.Exif) -> str:
    """Return the day on which the photo was taken; of a scan, not the day of scanning."""
    try:
        return a_day(str(exif.get_ifd(_EXIF_PART).get(_TAKEN, ""))[:10].replace(":", "-"))
    except _BROKEN:
        return ""


def a_day(text: str) -> str:
    """Return an ISO date as it is, and "" for whatever cannot be the day of a digital photo."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.year >= _FIRST_CAMERA else ""


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

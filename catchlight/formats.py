"""What a file is, read from its first bytes and headers; its name is never asked."""

import struct
import zlib
from enum import StrEnum

from catchlight.errors import PhotoError

ACCEPTED = "JPEG, PNG, WebP, HEIC, AVIF, TIFF or GIF"
EMPTY = "The file is empty; send it again."
# What readers raise on bytes that are not what they should be.
BROKEN = (
    *(SyntaxError, OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError),
    *(LookupError, ArithmeticError, AssertionError, struct.error, zlib.error),
)

_FRAME, _EXTENSION = 0x2C, 0x21
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_REFUSED = {
    b"%PDF": "a PDF",
    b"BM": "a BMP picture",
    b"8BPS": "a Photoshop file",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML or SVG file",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture",
    b"\x00\x00\x00\x0cJXL ": "a JPEG XL picture",
    b"\xff\x0a": "a JPEG XL picture",
    b"II+\x00": "a BigTIFF file",
    b"MM\x00+": "a BigTIFF file",
}


class Format(StrEnum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    TIFF = "TIFF"
    HEIC = "HEIC"
    AVIF = "AVIF"


_ACCEPTED = {
    b"\xff\xd8\xff": Format.JPEG,
    b"\x89PNG\r\n\x1a\n": Format.PNG,
    b"GIF87a": Format.GIF,
    b"GIF89a": Format.GIF,
    b"II*\x00": Format.TIFF,
    b"MM\x00*": Format.TIFF,
}


def identify(data: bytes) -> Format:
    """Return the format of a picture file.

    Raises PhotoError ``photo.format`` for a known format that is not read, and
    ``photo.not_a_picture`` for anything else.
    """
    for start, format_ in _ACCEPTED.items():
        if data.startswith(start):
            return format_
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp":
        return _of_brands(data)
    raise _refusal(data)


def _of_brands(data: bytes) -> Format:
    """Tell HEIC, AVIF and videos apart: all are ISO media files."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & _HEIC_BRANDS:
        return Format.HEIC
    raise not_read("a video or a camera's raw file")


def _refusal(data: bytes) -> PhotoError:
    text = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, name in _REFUSED.items():
        if data.startswith(start) or text.startswith(start):
            return not_read(name)
    message = f"This file is not a picture; send {ACCEPTED}."
    return PhotoError("photo.not_a_picture", message)


def not_read(name: str) -> PhotoError:
    """Return the error for a format that is known and not read; ``name`` with its article."""
    return PhotoError("photo.format", f"This is {name}, which is not read here; send {ACCEPTED}.")


def gif_extent(data: bytes) -> tuple[int, int, int]:
    """Return width, height and number of frames of a GIF, the largest that any frame asks for.

    A frame may reach outside the screen that the header declares, so each is looked at.
    """
    frames = 0
    try:
        width, height = struct.unpack_from("<HH", data, 6)
        at = 13 + _colour_table(data[10])
        while data[at] in (_FRAME, _EXTENSION):
            if data[at] == _FRAME:
                x, y, w, h, flags = struct.unpack_from("<HHHHB", data, at + 1)
                width, height, frames = max(width, x + w), max(height, y + h), frames + 1
                at += 9 + _colour_table(flags)
            at = _after_blocks(data, at + 2)
    except (IndexError, struct.error):
        if not frames:
            raise _no_frame() from None
    return width, height, frames


def _no_frame() -> PhotoError:
    return PhotoError("photo.truncated", "This GIF is cut short: no frame is complete; send the whole file.")


def _colour_table(flags: int) -> int:
    """Return the bytes of the colour table that a flag byte announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Return where a chain of sub-blocks ends."""
    while data[at]:
        at += data[at] + 1
    return at + 1

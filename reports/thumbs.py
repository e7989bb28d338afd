"""Small pictures inside a page: read from the vault, made to fit, written as data addresses."""

import base64
from dataclasses import dataclass
from io import BytesIO
from itertools import product

from PIL import Image

from catchlight.delivery import LARGEST
from catchlight.errors import OutsideError
from catchlight.vault import Vault

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_QUALITIES = (75, 55, 35)
_EFFORT = 2  # of 6: half the time of the usual 4, for 3 % more bytes


@dataclass(frozen=True, slots=True)
class Fit:
    """How large a small picture may be: its long side in pixels and its bytes."""

    side: int
    limit: int


@dataclass(frozen=True, slots=True)
class Thumb:
    """A picture as a data address, or why there is none."""

    address: str = ""
    note: str = ""


def fit_for(people: int) -> Fit:
    """Return the size that keeps 500 people under 10 MiB and 5,000 under 40 MiB."""
    if people <= 800:
        return Fit(256, 7_200)
    return Fit(128, 2_500) if people <= 5_000 else Fit(96, 1_800)


def embed(vault: Vault, digest: str, fit: Fit, absent: str) -> Thumb:
    """Return the WebP of ``digest`` as a data address, or a note; one lost picture costs no page."""
    if not digest:
        return Thumb(note=absent)
    try:
        data = shrink(vault.get(digest), fit)
    except OutsideError:
        return Thumb(note="Small picture lost from the vault: run the refresh again")
    return thumb(data)


def thumb(webp: bytes) -> Thumb:
    """Return a small WebP as a data address."""
    return Thumb(address="data:image/webp;base64," + base64.b64encode(webp).decode())


def shrink(data: bytes, fit: Fit) -> bytes:
    """Return WebP bytes within ``fit``; bytes that fit already come back untouched.

    ValueError, OSError or another of ``formats.BROKEN`` for what is no picture of a size and format that we publish or take the
    place of: the readers of others run programs, and a header can claim more pixels than there is memory.
    """
    with _opened(data) as picture:
        if max(picture.size) <= fit.side and len(data) <= fit.limit:
            return data
        picture.draft(None, (2 * fit.side, 2 * fit.side))  # a JPEG is decoded no larger than it takes
        small = _on_white(picture)
    for side, quality in product((fit.side, fit.side * 3 // 4, fit.side // 2), _QUALITIES):
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        data = _webp(small, quality)
        if len(data) <= fit.limit:
            break
    return data


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise ValueError(*error.args) from error
    if picture.width * picture.height > LARGEST * LARGEST:
        message = f"{picture.width} x {picture.height} pixels are more than any portrait has"
        raise ValueError(message)
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _webp(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=_EFFORT)
    return buffer.getvalue()

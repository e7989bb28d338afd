"""The one colour convention: a picture is an upright sRGB array, and how it becomes a file.

Files are made from the array alone, so nothing of the original file can be left in them.
"""

from bisect import bisect_right
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8
from PIL import Image, ImageCms

from catchlight.anatomy import Linear, OtherPicture, Picture
from catchlight.errors import PhotoError

__all__ = [
    "Picture",
    "among",
    "brightest",
    "jpeg",
    "luminance",
    "median",
    "png",
    "resize",
    "to_lab",
    "to_linear",
    "to_srgb",
    "webp",
]

_LUMINANCE = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_MODEST_QUALITY, _LOWEST_QUALITY = 40, 10
_FULL_COLOUR, _HALVED_COLOUR = 0, 2
_MADE = (2000, 1, 1, 0, 0, 0)


def to_linear(picture: Picture) -> Linear:
    """Return linear light in 0–1."""
    return np.asarray(cv2.LUT(picture, _decoding()))


def to_srgb(linear: Linear) -> Picture:
    """Return the picture of linear light, clipped to 0–1 and rounded."""
    steps = cv2.addWeighted(linear, 65535, linear, 0, 0, dtype=cv2.CV_16U)
    return np.asarray(cv2.LUT(steps, _encoding()))


def to_lab(pixels: UInt8[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Return some pixels, or none, in CIELAB."""
    if not len(pixels):
        return np.zeros((0, 3), np.float32)
    return np.asarray(cv2.cvtColor(pixels[None].astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)[0])


def luminance(linear: Linear) -> Float32[np.ndarray, "h w"]:
    """Return the luminance of linear light (Rec. 709)."""
    return np.asarray(cv2.transform(linear, _LUMINANCE))


def median(pixels: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " 3"]:
    """Return the median of each channel; one after the other is several times faster than along an axis."""
    return np.array([np.median(pixels[:, channel]) for channel in range(3)], np.float32)


def brightest(pixels: Float32[np.ndarray, "*n 3"] | UInt8[np.ndarray, "*n 3"]) -> np.ndarray:
    """Return each pixel's brightest channel."""
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def among(picture: np.ndarray, where: Bool[np.ndarray, "h w"], step: int = 1) -> np.ndarray:
    """Return the pixels ``(n, c)`` of a mask, or those of one in so many each way; several times faster than indexing."""
    if picture.shape[:2] != where.shape:
        message = f"a mask of {where.shape} for a picture of {picture.shape[:2]}"
        raise IndexError(message)
    flat = np.flatnonzero(where[::step, ::step])
    if step > 1:
        row, column = np.divmod(flat, -(-where.shape[1] // step))
        flat = (row * where.shape[1] + column) * step
    return picture.reshape(-1, picture.shape[2]).take(flat, 0)


def in_all(plane: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w 3"]:
    """Return one plane in three channels: planes of a round size that are merged wait for each other's place in the cache."""
    return np.asarray(cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB))


def resize(picture: Picture, width: int, height: int, linear: Linear | None = None) -> OtherPicture:
    """Return the picture at ``width`` x ``height`` pixels.

    Shrinks by the mean of the area in linear light (``linear``, where it is known already), then enlarges by Lanczos.
    """
    now_high, now_wide = picture.shape[:2]
    less = min(width, now_wide), min(height, now_high)
    if less != (now_wide, now_high):
        light = to_linear(picture) if linear is None else linear
        picture = to_srgb(cv2.resize(light, less, interpolation=cv2.INTER_AREA))
    if less != (width, height):
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LANCZOS4)
    return np.asarray(picture)


def jpeg(picture: Picture, *, quality: int = 95, max_bytes: int | None = None) -> bytes:
    """Return the picture as a baseline JPEG with the sRGB profile and nothing else.

    Full colour resolution; with ``max_bytes`` the quality is lowered, and then the resolution of
    colour too, until it fits. Raises PhotoError ``photo.does_not_fit`` when nothing does.
    """
    image = Image.fromarray(picture)
    best = _save(image, "JPEG", quality=quality, subsampling=_FULL_COLOUR)
    if max_bytes is None or len(best) <= max_bytes:
        return best
    for sampling, lowest in ((_FULL_COLOUR, _MODEST_QUALITY), (_HALVED_COLOUR, _LOWEST_QUALITY)):
        encode = partial(_jpeg, image, subsampling=sampling)
        found = _largest(encode, range(lowest, quality + 1), max_bytes)
        if found:
            return found
    height, width = picture.shape[:2]
    message = (
        f"A picture of {width} x {height} pixels does not fit into {max_bytes} bytes; "
        "allow more bytes or ask for fewer pixels."
    )
    raise PhotoError("photo.does_not_fit", message)


def webp(picture: Picture, *, quality: int = 75) -> bytes:
    """Return the picture as a WebP with the sRGB profile and nothing else; a third of the effort for 5 % more bytes."""
    return _save(Image.fromarray(picture), "WEBP", quality=quality, method=2)


def png(picture: Picture) -> bytes:
    """Return the picture as a PNG with the sRGB profile and nothing else."""
    return _save(Image.fromarray(picture), "PNG", compress_level=6)


def _largest(encode: Callable[[int], bytes], qualities: range, max_bytes: int) -> bytes | None:
    """Return the file of the highest quality that fits."""
    fitting = bisect_right(qualities, max_bytes, key=lambda quality: len(encode(quality)))
    return encode(qualities[fitting - 1]) if fitting else None


def _jpeg(image: Image.Image, quality: int, *, subsampling: int) -> bytes:
    try:
        return _save(image, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    except OSError:  # Pillow gives the optimising encoder one or two bytes a pixel: noise needs more
        return _save(image, "JPEG", quality=quality, subsampling=subsampling)


def _save(image: Image.Image, format_: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, icc_profile=_profile(), **options)
    return buffer.getvalue()


@cache
def _profile() -> bytes:
    """Return the sRGB profile. Its date is fixed, so that a picture is the same file each time."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + b"".join(part.to_bytes(2, "big") for part in _MADE) + made[36:]


@cache
def _decoding() -> Float32[np.ndarray, " 256"]:
    """Linear light of each 8-bit value: the sRGB transfer function of IEC 61966-2-1."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _encoding() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """8-bit value of each of 65 536 steps of linear light."""
    light = np.arange(65536) / 65535
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(value * 255).astype(np.uint8)

"""Any colour mode and any colour profile → 8-bit sRGB, and transparency apart from it."""

import itertools
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from catchlight.errors import PhotoError

MOST_PROFILE_BYTES = 4 << 20
GREY = "The picture is black and white."
_ROUNDING = 2
_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_WITH_ALPHA = {
    **dict.fromkeys(("1", "L", "LA", "La"), "LA"),
    **dict.fromkeys(("P", "PA", "RGB", "RGBA", "RGBa"), "RGBA"),
}
_PLAIN = {"1": "L", "P": "RGB", "RGBX": "RGB", "YCbCr": "RGB", "HSV": "RGB"}


@dataclass(slots=True)
class Converted:
    """A picture in sRGB on white, its transparency (None when opaque), and what was done."""

    picture: Image.Image
    alpha: Image.Image | None
    notes: list[str] = field(default_factory=list)


def convert(image: Image.Image) -> Converted:
    """Return the picture in sRGB. Raises PhotoError ``photo.format`` for pixels not of a photo."""
    profile = image.info.get("icc_profile")
    image, alpha = _split(image)
    notes = []
    if image.mode == "L":
        notes.append(GREY)
    image = _through_profile(image, profile, notes)
    if alpha is not None:
        notes.append("Transparent parts were put on white.")
        image = _on_white(image, alpha)
    return Converted(image, alpha, notes)


def stays(image: Image.Image) -> bool:
    """Whether an opaque picture's profile leaves its pixels as they are: it has none, or that of sRGB."""
    data, probe, notes = image.info.get("icc_profile"), Image.new(image.mode, (1, 1)), list[str]()
    return not data or (_through_profile(probe, data, notes) is probe and not notes)


def _split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours in a mode of 8 bits without alpha, and the alpha when it does something."""
    if image.mode.startswith("I;16"):
        return _from_16_bit(image), None
    alpha = None
    if image.has_transparency_data and image.mode in _WITH_ALPHA:
        image = image.convert(_WITH_ALPHA[image.mode])
        alpha = image.getchannel("A")
        image = image.convert(image.mode.removesuffix("A"))
    image = _as(_PLAIN.get(image.mode, image.mode), image)
    if image.mode not in _SPACES:
        message = (
            f"The picture stores its pixels in a way that photos do not ({image.mode}); save it as JPEG."
        )
        raise PhotoError("photo.format", message)
    return image, alpha if alpha and alpha.getextrema() != (255, 255) else None


def _as(mode: str, image: Image.Image) -> Image.Image:
    """Convert only when the mode differs: Pillow would copy the picture."""
    return image if image.mode == mode else image.convert(mode)


def _from_16_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion clips it to white."""
    return Image.fromarray(((np.asarray(image, np.uint32) + 128) // 257).astype(np.uint8))


def _on_white(image: Image.Image, alpha: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=alpha)
    return white


def _through_profile(image: Image.Image, data: bytes | None, notes: list[str]) -> Image.Image:
    """Convert by the file's own profile; one that does not fit is ignored and noted."""
    if data:
        try:
            return _by_profile(image, data, notes)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("The colour profile was damaged or did not fit and was ignored.")
    if image.mode == "CMYK":
        notes.append("Converted from CMYK without a colour profile: colours are approximate.")
    if image.mode == "LAB":
        return _transform(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    return _as("RGB", image)


def _by_profile(image: Image.Image, data: bytes, notes: list[str]) -> Image.Image:
    if len(data) > MOST_PROFILE_BYTES:
        message = "colour profile too long"
        raise ValueError(message)
    profile = ImageCms.ImageCmsProfile(BytesIO(data))
    # The colour engine checks this too; an earlier one wrote past the end of a row instead.
    if profile.profile.xcolor_space.strip() != _SPACES[image.mode]:
        message = "colour profile of another colour space"
        raise ValueError(message)
    if image.mode == "RGB" and _is_srgb(data):
        return image
    if image.mode == "CMYK":
        notes.append("Converted from CMYK by its colour profile.")
    return _transform(image, profile)


def _transform(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    made = ImageCms.profileToProfile(
        image, profile, _srgb(), renderingIntent=_INTENT, outputMode="RGB", flags=_FLAGS
    )
    if made is None:
        message = "the colour profile converts nothing"
        raise ValueError(message)
    return made


@lru_cache(maxsize=16)
def _is_srgb(data: bytes) -> bool:
    """Whether a profile changes no colour by more than rounding; then the pixels stay as they are."""
    before, profile = _colours(), ImageCms.ImageCmsProfile(BytesIO(data))
    after = np.asarray(_transform(before, profile), np.int16)
    return int(np.abs(after - np.asarray(before, np.int16)).max()) <= _ROUNDING


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _colours() -> Image.Image:
    """Return 9³ colours spread over the RGB cube, as a picture."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    return Image.fromarray(np.array(list(itertools.product(steps, repeat=3)), np.uint8).reshape(27, 27, 3))

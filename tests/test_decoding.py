"""Every format, colour mode and orientation, from pictures made here."""

import struct
import sys
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catchlight.decoding import STANDARD, Limits, decode
from catchlight.errors import PhotoError
from catchlight.pixels import Picture

LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {"compression": "tiff_lzw"},
}


def encode(image: Image.Image, format_: str, **options: Any) -> bytes:
    """Return the image as a file."""
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def scene() -> Image.Image:
    """Return a picture that differs from all its turned and mirrored selves."""
    y, x = np.mgrid[0:180, 0:240]
    waves = [100 + x / 4 + 60 * np.sin(y / (9 + k)) * np.cos(x / 23 + k) for k in range(3)]
    return Image.fromarray(np.stack(waves, -1).clip(0, 255).astype(np.uint8))


def off(one: Picture, other: Picture | Image.Image) -> float:
    """Return the mean difference of two pictures in steps of 255."""
    wanted = np.asarray(other, int)
    assert one.shape == wanted.shape
    return float(np.abs(one.astype(int) - wanted).mean())


def reason(data: bytes, limits: Limits = STANDARD) -> str:
    """Return why a file is refused."""
    with pytest.raises(PhotoError) as caught:
        decode(data, limits)
    assert str(caught.value).endswith(".")
    return caught.value.reason


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_upright(format_: str, orientation: int) -> None:
    """All eight EXIF orientations give one picture, in every format that carries them."""
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = scene() if orientation == 1 else scene().transpose(stored[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    done = decode(encode(image, format_, exif=exif, quality=95))
    assert off(done.picture, scene()) < 3
    assert done.format.upper() == format_


def test_an_orientation_in_xmp_alone_turns_nothing() -> None:
    """Browsers do not read it, so the person has never seen the picture turned."""
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    assert off(decode(encode(scene(), "JPEG", xmp=xmp, quality=95)).picture, scene()) < 3


@pytest.mark.parametrize("format_", LOSSLESS)
def test_lossless_formats_keep_every_pixel(format_: str) -> None:
    """What was stored is what comes out."""
    assert off(decode(encode(scene(), format_, **LOSSLESS[format_])).picture, scene()) == 0


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(mode: str, format_: str) -> None:
    """65 535 is white and half of it middle grey."""
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16)[None].repeat(4, 0)
    image = Image.fromarray(ramp if mode == "I;16" else ramp.astype(">u2"))
    assert image.mode == mode
    done = decode(encode(image, format_))
    assert np.array_equal(done.picture[0, :, 0], np.arange(256))
    assert "The picture is black and white." in done.notes


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "PA"])
def test_every_mode_gives_three_channels(mode: str) -> None:
    """Bilevel, grey and palette pictures look as they did."""
    image = scene().convert(mode)
    done = decode(encode(image, "TIFF" if mode == "PA" else "PNG"))
    assert off(done.picture, image.convert("RGB")) == 0
    assert done.alpha is None


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_returned_and_put_on_white(mode: str) -> None:
    """A cut-out comes with its own matte, and white where nothing is."""
    alpha = np.zeros((180, 240), np.uint8)
    alpha[40:140, 60:180] = 255
    image = scene().convert("RGBA")
    image.putalpha(Image.fromarray(alpha))
    stored = image.quantize(64) if mode == "P" else image.convert(mode)
    done = decode(encode(stored, "PNG"))
    assert done.alpha is not None
    assert np.array_equal(done.alpha, alpha)
    assert np.all(done.picture[alpha == 0] == 255)
    assert off(done.picture[40:140, 60:180], stored.convert("RGB").crop((60, 40, 180, 140))) == 0
    assert "Transparent parts were put on white." in done.notes


def test_half_transparent_is_half_white() -> None:
    """Alpha mixes with white; it is no switch."""
    done = decode(encode(Image.new("RGBA", (9, 9), (0, 100, 200, 128)), "PNG"))
    assert np.abs(done.picture[4, 4].astype(int) - (127, 177, 227)).max() <= 1


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF"])
def test_the_first_of_several_pictures_is_used(format_: str) -> None:
    """Animations and picture series give their first picture, and a note."""
    others = [Image.new("RGB", (240, 180), colour) for colour in ("red", "blue")]
    done = decode(encode(scene(), format_, save_all=True, append_images=others))
    assert off(done.picture, scene()) < 8
    assert "The file holds several pictures; the first was used." in done.notes


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\xef\xbb\xbf  <svg xmlns='x'></svg>", "SVG"),
        (encode(scene(), "BMP"), "BMP"),
        (b"8BPS\0\1" + bytes(20), "Photoshop"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  ", "video"),
        (encode(scene(), "JPEG2000"), "JPEG 2000"),
        (b"PK\x03\x04" + bytes(40), "office document"),
    ],
)
def test_other_formats_are_named_and_refused(data: bytes, named: str) -> None:
    """The message says what the file is and what would be accepted."""
    with pytest.raises(PhotoError, match=f"{named}.*send JPEG, PNG") as caught:
        decode(data)
    assert caught.value.reason == "photo.format"


def test_a_camera_raw_file_is_refused() -> None:
    """A DNG looks like a TIFF, and the picture in it is a thumbnail."""
    image = scene()
    tags = {0xC612: b"\1\4\0\0"}
    assert reason(encode(image, "TIFF", tiffinfo=tags)) == "photo.format"
    assert reason(encode(image, "TIFF", tiffinfo={0xFE: 1})) == "photo.format"


def test_heic_without_the_extra_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the HEIC reader asks for a JPEG or for the extra."""
    monkeypatch.setitem(sys.modules, "pi_heif.as_plugin", None)
    with pytest.raises(PhotoError, match=r"convert to JPEG or install catchlight\[heif\]") as caught:
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(30))
    assert caught.value.reason == "photo.format"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_the_size_is_checked_before_any_pixel(format_: str) -> None:
    """A picture over the limit is refused though only its header is there."""
    data = encode(Image.new("RGB", (900, 700)), format_)
    header = data if format_ in {"WEBP", "TIFF", "AVIF"} else data[: max(700, len(data) // 2)]
    for limits in (Limits(max_pixels=600_000), Limits(max_side=800)):
        assert reason(header, limits) == "photo.too_large"


def test_a_gif_frame_that_outgrows_its_screen_is_refused() -> None:
    """The header declares 8 x 8 pixels, the second frame 60 000 x 60 000."""
    data = bytearray(encode(Image.new("P", (8, 8)), "GIF"))
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 60_000, 60_000, 0) + b"\x02\x02\x4c\x01\0"
    data[-1:] = frame + b"\x3b"
    assert reason(bytes(data)) == "photo.too_large"


def test_hidden_text_that_unpacks_to_too_much_is_refused() -> None:
    """A PNG may hide 80 MB of text in 80 kB."""
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    text = PngInfo()
    text.add_text("Comment", "x" * 80_000_000, zip=True)
    assert reason(encode(scene(), "PNG", pnginfo=text)) == "photo.too_large"


def test_very_large_jpegs_are_read_at_a_smaller_size() -> None:
    """A JPEG of more than 6000 pixels on a side is reduced while it is decoded, and noted."""
    done = decode(encode(Image.new("RGB", (6400, 40), "teal"), "JPEG"))
    assert done.picture.shape == (20, 3200, 3)
    assert any("smaller size" in note for note in done.notes)
    assert decode(encode(Image.new("RGB", (6000, 40)), "JPEG")).picture.shape == (40, 6000, 3)

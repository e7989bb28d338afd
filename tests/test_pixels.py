"""The colour convention, and what is and is not in the files that we write."""

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from catchlight import pixels
from catchlight.decoding import decode
from catchlight.errors import PhotoError
from catchlight.pixels import Picture

SECRETS = (b"SECRET-PLACE", b"SECRET-COMMENT", b"SECRET-XMP", b"SECRET-TRAILER", b"Exif", b"GPS")


def noise(height: int = 120, width: int = 160) -> Picture:
    """Return a picture with detail everywhere."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def photo(height: int = 240, width: int = 320) -> Picture:
    """Return a smooth picture with some colour, as photos have."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [120 + 90 * np.sin(x / 17 + k) * np.cos(y / (13 + k)) for k in range(3)]
    return np.stack(waves, -1).astype(np.uint8)


def jpeg_markers(data: bytes) -> list[bytes]:
    """Return the segments of a JPEG as marker and the first bytes of what it holds."""
    at, found = 2, []
    while data[at : at + 2] != b"\xff\xda":
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found.append(data[at : at + 2] + data[at + 4 : at + 15])
        at += 2 + length
    return found


def png_chunks(data: bytes) -> list[bytes]:
    """Return the chunk names of a PNG."""
    at, found = 8, []
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return found


def webp_chunks(data: bytes) -> list[bytes]:
    """Return the chunk names of a WebP."""
    at, found = 12, []
    while at < len(data):
        found.append(data[at : at + 4])
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return found


def written(picture: Picture) -> Iterator[bytes]:
    """Yield the picture in every format that we write."""
    yield pixels.jpeg(picture)
    yield pixels.webp(picture)
    yield pixels.png(picture)


def private_jpeg() -> bytes:
    """Return a JPEG that carries a place, a comment, XMP, a thumbnail and a tail after its end."""
    image = Image.fromarray(photo())
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 14.0)
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=b"SECRET-COMMENT", xmp=b"<x>SECRET-XMP</x>")
    return buffer.getvalue() + b"SECRET-TRAILER"


def test_every_value_survives_the_way_to_linear_light_and_back() -> None:
    """All 256 values of all three channels come back as they were."""
    values = np.arange(256, dtype=np.uint8)
    picture = np.stack([values, values[::-1], np.roll(values, 99)], -1)[None]
    assert np.array_equal(pixels.to_srgb(pixels.to_linear(picture)), picture)


def test_linear_light_follows_the_srgb_standard() -> None:
    """Known points of the standard: black, white, the linear toe, middle grey."""
    picture = np.array([[[0, 10, 255], [127, 128, 188]]], np.uint8)
    wanted = [[[0, 10 / 255 / 12.92, 1], [0.21223, 0.21586, 0.50289]]]
    linear = pixels.to_linear(picture)
    assert linear.dtype == np.float32
    assert np.allclose(linear, wanted, atol=1e-5)


def test_light_out_of_range_is_clipped() -> None:
    """Light below black and above white becomes black and white, not a wrapped value."""
    linear = np.array([[[-0.5, 1.7, 0.5]]], np.float32)
    assert pixels.to_srgb(linear).tolist() == [[[0, 255, 188]]]


def test_luminance_weighs_the_channels() -> None:
    """Green counts ten times as much as blue, and white counts one."""
    linear = np.eye(3, dtype=np.float32)[None]
    assert np.allclose(pixels.luminance(linear), [[0.2126, 0.7152, 0.0722]])
    assert np.allclose(pixels.luminance(np.ones((2, 5, 3), np.float32)), 1)


def test_shrinking_keeps_the_light() -> None:
    """A black and white checkerboard becomes the grey that gives off half the light."""
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, 2)
    assert np.all(pixels.resize(board, 8, 16) == 188)


def test_shrinking_makes_no_false_patterns() -> None:
    """Fine stripes turn into an even grey, at a ratio that is no whole number too."""
    stripes = np.zeros((90, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    small = pixels.resize(stripes, 87, 90).astype(int)
    assert small.max() - small.min() < 40


def test_enlarging_keeps_flat_areas_flat_and_edges_in_place() -> None:
    """Twice the size: the halves keep their value and meet in the middle."""
    picture = np.full((20, 20, 3), 40, np.uint8)
    picture[:, 10:] = 200
    large = pixels.resize(picture, 40, 40)
    assert np.all(large[:, :12] == 40)
    assert np.all(large[:, 28:] == 200)
    assert large[20, 19, 0] < 120 < large[20, 20, 0]


@pytest.mark.parametrize("size", [(1, 1), (40, 300), (300, 40), (160, 120), (161, 119)])
def test_resize_gives_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    """Width and height are taken as given, also when one grows and the other shrinks."""
    assert pixels.resize(noise(), *size).shape == (size[1], size[0], 3)


def test_resize_to_the_same_size_changes_nothing() -> None:
    """The picture's own size gives its own pixels."""
    assert np.array_equal(pixels.resize(noise(), 160, 120), noise())


def test_png_is_lossless_and_jpeg_is_close() -> None:
    """What we write reads as what it was."""
    picture = photo()
    assert np.array_equal(decode(pixels.png(picture)).picture, picture)
    assert np.abs(decode(pixels.jpeg(picture)).picture.astype(int) - picture).max() <= 8
    assert np.abs(decode(pixels.webp(picture)).picture.astype(int) - picture).mean() < 4


def test_nothing_private_is_in_what_we_write() -> None:
    """Place, comment, XMP and the tail of a photo are in none of our files."""
    source = private_jpeg()
    assert all(secret in source for secret in SECRETS[:5])
    for data in written(decode(source).picture):
        assert not [secret for secret in SECRETS if secret in data]


def test_a_real_photo_loses_its_place(shared: Path) -> None:
    """A camera's photo with GPS gives files without EXIF."""
    source = (shared / "hard" / "gps_exif.jpg").read_bytes()
    assert Image.open(BytesIO(source)).getexif().get_ifd(0x8825)
    for data in written(decode(source).picture):
        image = Image.open(BytesIO(data))
        image.load()
        assert not image.getexif()
        assert not {"exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp"} & set(image.info)


def test_our_files_hold_the_picture_and_its_profile_only() -> None:
    """Every segment and chunk is one that a picture needs, and nothing follows the end."""
    picture = photo()
    jpeg, webp, png = written(picture)
    kinds = [segment[:2] for segment in jpeg_markers(jpeg)]
    assert set(kinds) == {b"\xff\xe0", b"\xff\xe2", b"\xff\xdb", b"\xff\xc0", b"\xff\xc4"}
    assert b"\xff\xe2ICC_PROFILE" in [segment[:13] for segment in jpeg_markers(jpeg)]
    assert jpeg.endswith(b"\xff\xd9")
    assert set(webp_chunks(webp)) == {b"VP8X", b"ICCP", b"VP8 "}
    assert set(png_chunks(png)) == {b"IHDR", b"iCCP", b"IDAT", b"IEND"}


def test_our_files_say_that_they_are_srgb() -> None:
    """The embedded profile is sRGB, and its date is fixed so that files repeat to the byte."""
    for data in written(photo()):
        profile = Image.open(BytesIO(data)).info["icc_profile"]
        assert "sRGB" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile)))
        assert struct.unpack(">6H", profile[24:36]) == (2000, 1, 1, 0, 0, 0)


def sampling(data: bytes) -> int:
    """Return the sampling byte of the first component: 0x11 is full colour resolution."""
    found = re.search(rb"\xff\xc0\x00\x11\x08.{4}\x03\x01(.)", data, re.DOTALL)
    assert found
    return found[1][0]


def test_jpeg_keeps_colour_at_full_resolution() -> None:
    """Thin red lines on blue stay red: colour is not averaged over neighbours."""
    picture = np.full((64, 64, 3), (0, 0, 255), np.uint8)
    picture[:, ::2] = (255, 0, 0)
    data = pixels.jpeg(picture)
    assert sampling(data) == 0x11
    assert np.abs(decode(data).picture.astype(int) - picture).mean() < 6


@pytest.mark.parametrize("max_bytes", [30_000, 12_000, 5_000])
def test_jpeg_fits_the_bytes_that_are_allowed(max_bytes: int) -> None:
    """Quality goes down until the file fits, and not further than it must."""
    data = pixels.jpeg(noise(), max_bytes=max_bytes)
    assert 0.85 * max_bytes < len(data) <= max_bytes


def test_jpeg_gives_up_colour_resolution_only_when_it_must() -> None:
    """A mild limit is met by quality; a hard one halves the colour resolution."""
    assert sampling(pixels.jpeg(noise(), max_bytes=30_000)) == 0x11
    assert sampling(pixels.jpeg(noise(), max_bytes=5_000)) == 0x22


def test_jpeg_that_can_never_fit_says_so() -> None:
    """An impossible limit is an error that names the limit, never a file that is too large."""
    with pytest.raises(PhotoError, match="900 bytes") as caught:
        pixels.jpeg(noise(), max_bytes=900)
    assert caught.value.reason == "photo.does_not_fit"


def test_a_jpeg_of_pure_noise_is_written_whole() -> None:
    """The largest file that a picture can give does not overflow the encoder."""
    picture = noise(900, 900)
    assert decode(pixels.jpeg(picture, quality=100)).picture.shape == picture.shape

"""What is not all there: cut short, filled up with zeros, "repaired", or damaged."""

import contextlib
import random
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catchlight.decoding import decode
from catchlight.errors import PhotoError
from catchlight.pixels import Picture


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


def on_white_wall() -> Image.Image:
    """Return a picture with a flat lower half, where a missing part is hardest to tell."""
    image = Image.new("RGB", (240, 360), "white")
    image.paste(scene())
    return image


def off(one: Picture, other: Picture | Image.Image) -> float:
    """Return the mean difference of two pictures in steps of 255."""
    wanted = np.asarray(other, int)
    assert one.shape == wanted.shape
    return float(np.abs(one.astype(int) - wanted).mean())


def reason(data: bytes) -> str:
    """Return why a file is refused."""
    with pytest.raises(PhotoError) as caught:
        decode(data)
    assert str(caught.value).endswith(".")
    return caught.value.reason


def whole_files() -> dict[str, bytes]:
    """Return one picture in every form that can be cut short."""
    wall = on_white_wall()
    return {
        "jpeg": encode(wall, "JPEG", quality=90),
        "jpeg-grey": encode(wall.convert("L"), "JPEG"),
        "jpeg-444": encode(wall, "JPEG", subsampling=0),
        "jpeg-restart-rows": encode(wall, "JPEG", restart_marker_rows=1),
        "jpeg-restart-blocks": encode(wall, "JPEG", restart_marker_blocks=3),
        "jpeg-progressive": encode(wall, "JPEG", progressive=True),
        "png": encode(wall, "PNG"),
        "webp": encode(wall, "WEBP"),
        "webp-lossless": encode(wall, "WEBP", lossless=True),
        "gif": encode(wall, "GIF"),
        "tiff": encode(wall, "TIFF"),
        "tiff-lzw": encode(wall, "TIFF", compression="tiff_lzw"),
        "avif": encode(wall, "AVIF"),
    }


@pytest.mark.parametrize("name", whole_files())
def test_a_picture_cut_short_is_never_taken(name: str) -> None:
    """Wherever the file breaks off, it is refused; nobody gets a half-grey portrait."""
    data = whole_files()[name]
    whole = decode(data).picture
    cuts = [int(len(data) * part / 12) for part in range(1, 12)]
    for cut in (*cuts, len(data) - 60):
        assert reason(data[:cut]) in {"photo.truncated", "photo.damaged"}, f"cut at {cut}"
    assert off(decode(data).picture, whole) == 0


@pytest.mark.parametrize("name", [name for name in whole_files() if name.startswith("jpeg")])
def test_an_end_marker_does_not_make_a_jpeg_whole(name: str) -> None:
    """A broken download that a tool has "repaired" or filled with zeros is refused too."""
    data = whole_files()[name]
    source = random.Random(3)  # noqa: S311
    for cut in source.sample(range(700, len(data) * 2 // 3), 12):
        zeros = bytes(len(data) - cut)
        for tail in (b"\xff\xd9", zeros, zeros + b"\xff\xd9", zeros * 20):
            with pytest.raises(PhotoError):
                decode(data[:cut] + tail)


@pytest.mark.parametrize("name", ["png", "webp", "webp-lossless", "gif", "tiff-lzw", "avif"])
def test_a_copy_filled_up_with_zeros_is_refused(name: str) -> None:
    """A copy that broke off on a network drive has its full length and zeros at the end."""
    data = whole_files()[name]
    data += bytes(-len(data) % 8)
    cut = min(len(data) * 2 // 3, len(data) - 1100)
    assert reason(data[:cut] + bytes(len(data) - cut)) in {"photo.truncated", "photo.damaged"}


def test_a_flat_png_filled_up_with_zeros_is_refused() -> None:
    """Where zeros decode as more of the same colour, the checksum tells."""
    data = encode(Image.new("RGB", (300, 300), (200, 30, 40)), "PNG")
    for cut in range(120, len(data) - 40, 40):
        assert reason(data[:cut] + bytes(len(data) - cut)) in {"photo.truncated", "photo.damaged"}


@pytest.mark.parametrize("name", ["jpeg", "jpeg-444", "jpeg-restart-rows"])
def test_a_jpeg_that_lacks_only_its_end_marker_is_taken(name: str) -> None:
    """All pixels are there, so the picture is good, padding or none."""
    data = whole_files()[name]
    whole = decode(data).picture
    for broken in (data[:-2], data[:-2] + bytes(500)):
        done = decode(broken)
        assert off(done.picture, whole) == 0
        assert any("end marker" in note for note in done.notes)


def test_what_follows_a_jpeg_is_not_read() -> None:
    """Motion photos and archives hidden behind the picture do no harm."""
    data = whole_files()["jpeg"]
    assert off(decode(data + b"PK\x03\x04" + bytes(3000)).picture, decode(data).picture) == 0


def test_damaged_files_always_end_in_a_reason() -> None:
    """Flipped, missing and repeated bytes give a picture or a PhotoError, nothing else."""
    source = random.Random(11)  # noqa: S311
    files = [data for name, data in whole_files().items() if name != "webp-lossless"]
    for _ in range(400):
        data = bytearray(source.choice(files))
        for _ in range(source.choice((1, 3, 12))):
            at = source.randrange(min(len(data), source.choice((64, 700, 10**6))))
            data[at : at + source.choice((0, 1, 1, 9))] = source.randbytes(source.choice((0, 1, 1, 5)))
        with contextlib.suppress(PhotoError):
            assert decode(bytes(data)).picture.size

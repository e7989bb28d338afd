"""Colour profiles and printing inks → sRGB, with profiles made here."""

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from catchlight.decoding import decode
from catchlight.pixels import Picture, to_linear, to_srgb

# Colorants for a D50 white, as the profiles of sRGB and of Display P3 have them.
SRGB: dict[bytes, tuple[float, ...]] = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
P3: dict[bytes, tuple[float, ...]] = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
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


def profile_of(colorants: dict[bytes, tuple[float, ...]]) -> bytes:
    """Return the sRGB profile with other primaries."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for entry in range(int.from_bytes(data[128:132], "big")):
        name, at, _ = struct.unpack_from(">4sII", data, 132 + 12 * entry)
        if name in colorants:
            struct.pack_into(">3i", data, at + 8, *(round(part * 65536) for part in colorants[name]))
    return bytes(data)


def cmyk_profile() -> bytes:
    """Return a printer's profile in which no ink is white, and black or all inks are black.

    It is a table with two steps an ink; lightness falls with the sum of inks, a is magenta
    minus cyan, b is yellow.
    """
    identity, table = bytes(range(256)), bytearray()
    for node in range(16):
        cyan, magenta, yellow, black = (node >> shift & 1 for shift in (3, 2, 1, 0))
        light = 0 if black else 255 - 60 * (cyan + magenta) - 20 * yellow
        hue = (0, 0) if black else (50 * (magenta - cyan), 60 * yellow)
        table += bytes([max(light, 0), 128 + hue[0], 128 + hue[1]])
    unit = struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + identity * 4 + bytes(table) + identity * 3
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags, body = b"", b""
    for name, content in ((b"desc", text), (b"wtpt", white), (b"A2B0", lut)):
        tags += struct.pack(">4sII", name, 132 + 36 + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = bytearray(128)
    struct.pack_into(">I4xI4s4s4s", head, 0, 168 + len(body), 0x02400000, b"prtr", b"CMYK", b"Lab ")
    struct.pack_into(">6H4s", head, 24, 2000, 1, 1, 0, 0, 0, b"acsp")
    struct.pack_into(">3i", head, 68, 63190, 65536, 54061)
    return bytes(head) + struct.pack(">I", 3) + tags + body


def test_p3_keeps_its_colour() -> None:
    """A colour stored in Display P3 becomes the sRGB values of the same light."""
    in_p3 = np.array([[[200, 150, 120], [120, 120, 120], [90, 140, 100], [255, 255, 255]]], np.uint8)
    # By the colorants of both, without any colour management.
    matrix = np.linalg.inv(np.array(list(SRGB.values())).T) @ np.array(list(P3.values())).T
    in_srgb = to_srgb((to_linear(in_p3) @ matrix.T).astype(np.float32))
    assert np.abs(in_srgb.astype(int) - in_p3).max() > 15
    big = Image.fromarray(in_p3.repeat(8, 0).repeat(8, 1))
    done = decode(encode(big, "PNG", icc_profile=profile_of(P3))).picture
    assert np.abs(done[::8, ::8].astype(int) - in_srgb).max() <= 1


def test_srgb_by_another_name_changes_no_pixel() -> None:
    """A picture that says it is sRGB is not converted to sRGB, whoever rounded its profile."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
    done = decode(encode(Image.fromarray(colours), "PNG", icc_profile=profile_of(SRGB)))
    assert off(done.picture, colours) == 0
    assert not done.notes


@pytest.mark.parametrize(
    "profile", [b"not a profile", profile_of(P3)[:300], profile_of({}) + bytes(5 << 20), cmyk_profile()]
)
def test_a_profile_that_does_not_fit_is_ignored_and_noted(profile: bytes) -> None:
    """Broken, cut, huge or of another colour space: the picture is taken as sRGB."""
    done = decode(encode(scene(), "TIFF", icc_profile=profile))
    assert off(done.picture, scene()) == 0
    assert any("colour profile" in note and "ignored" in note for note in done.notes)


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_cmyk_without_profile_is_not_inverted(format_: str) -> None:
    """Ink becomes dark and paper white, in both ways that files store ink."""
    done = decode(encode(scene().convert("CMYK"), format_))
    assert off(done.picture, scene()) < 4
    assert any("CMYK" in note for note in done.notes)


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(format_: str) -> None:
    """No ink is white, black ink is black, and cyan looks as the profile says, not as pure cyan."""
    inks = np.zeros((32, 96, 4), np.uint8)
    inks[:, 32:64, 0] = 255
    inks[:, 64:, 3] = 255
    image = Image.fromarray(inks, "CMYK")
    picture = decode(encode(image, format_, icc_profile=cmyk_profile())).picture
    white, cyan, black = (picture[16, x].astype(int) for x in (16, 48, 80))
    assert white.min() > 245
    assert black.max() < 12
    assert 180 < cyan[1] < 230


def test_lab_is_converted() -> None:
    """A TIFF in CIE Lab has the colours that it describes."""
    lab = ImageCms.profileToProfile(
        scene(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab
    assert off(decode(encode(lab, "TIFF")).picture, scene()) < 2

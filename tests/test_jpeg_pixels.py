"""JPEGs are read in one pass where that is safe, and it is the same picture."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from catchlight import jpeg_pixels, jpeg_stream
from catchlight.decoding import decode

FORMS: dict[str, dict[str, Any]] = {
    "4:2:0": {"subsampling": 2},
    "4:2:2": {"subsampling": 1},
    "4:4:4": {"subsampling": 0},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
}


def scene(mode: str = "RGB") -> Image.Image:
    """Return a picture whose sides are no multiples of a block."""
    y, x = np.mgrid[0:181, 0:243]
    waves = [100 + x / 4 + 60 * np.sin(y / (9 + k)) * np.cos(x / 23 + k) for k in range(3)]
    return Image.fromarray(np.stack(waves, -1).clip(0, 255).astype(np.uint8)).convert(mode)


def encode(image: Image.Image, **options: Any) -> bytes:
    """Return the image as a JPEG."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.fixture
def one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the file is gone through a second time to see that it is whole."""

    def again(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(jpeg_stream, "whole", again)


@pytest.mark.usefixtures("one_pass")
@pytest.mark.parametrize("turn", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_one_pass_gives_the_pixels_that_pillow_gives(form: str, mode: str, turn: int) -> None:
    """Whichever way a camera writes and holds it: to the bit."""
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encode(scene(mode), quality=90, exif=exif, **(FORMS[form] if mode == "RGB" else {}))
    wanted = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    assert np.array_equal(decode(data).picture, np.asarray(wanted))


def test_a_doubt_of_the_decoder_sends_the_file_the_long_way() -> None:
    """A scan that ends early is filled up by libjpeg, which says so; so is a file of other colours left to Pillow."""
    data = encode(scene())
    cut = data[: len(data) // 2] + b"\xff\xd9"
    assert jpeg_pixels.read(Image.open(BytesIO(data)), data, 6000) is not None
    assert jpeg_pixels.read(Image.open(BytesIO(cut)), cut, 6000) is None
    inks = encode(scene("CMYK"))
    assert jpeg_pixels.read(Image.open(BytesIO(inks)), inks, 6000) is None
    assert decode(inks).picture.shape == (181, 243, 3)

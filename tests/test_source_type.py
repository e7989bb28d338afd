"""The digital source type: by rung, in every portrait, readable by others, and nothing else beside it."""

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from catchlight import pixels
from catchlight.delivery import printed, size_named
from catchlight.source_type import HEAD, MARK, SourceType, marked, source_type, written
from tests.published_company import portrait
from tests.test_pixels import SECRETS, jpeg_markers, photo, png_chunks, private_jpeg

TERM = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"


def said(data: bytes) -> str:
    """Return the term as a reader of XMP finds it, "" for none."""
    with Image.open(BytesIO(data)) as image:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp", "")
    text = packet.decode() if isinstance(packet, bytes) else packet
    if not text:
        return ""
    described = ".//*[@rdf:about]", {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
    found = ET.fromstring(text).find(*described)  # noqa: S314  our own packet
    return found.attrib[TERM].rpartition("/")[2] if found is not None else ""


@pytest.mark.parametrize(
    ("rung", "term"),
    [
        ("keep", ""),
        ("crop", "algorithmicallyEnhanced"),
        ("background", "compositeWithTrainedAlgorithmicMedia"),
        ("relight", "compositeWithTrainedAlgorithmicMedia"),
        ("generate", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_every_size_says_how_the_picture_came_about(rung: str, term: str) -> None:
    """The portrait as it is and each smaller file carry the rung's term, the sRGB profile, and nothing else."""
    for made, data in printed(portrait("a"), [size_named("256"), size_named("96")], None, rung):
        assert said(data) == term
        assert made.bytes == len(data)
        kinds = [marker[:2] for marker in jpeg_markers(data)]
        assert kinds.count(b"\xff\xe2") == 1
        assert {kind for kind in kinds if kind[1] >= 0xE0} <= {b"\xff\xe0", b"\xff\xe1", b"\xff\xe2"}
        assert not any(secret in data for secret in SECRETS)


def test_marking_touches_no_pixel() -> None:
    """JPEG and PNG grow by the mark alone; marking twice is marking once."""
    for encode in (pixels.jpeg, pixels.png):
        plain = encode(photo())
        data = marked(plain, SourceType.COMPOSITE)
        assert len(data) - len(plain) <= MARK
        assert marked(data, SourceType.COMPOSITE) == data
        assert said(data) == written(data[:HEAD]) == SourceType.COMPOSITE
        with Image.open(BytesIO(plain)) as before, Image.open(BytesIO(data)) as after:
            assert before.tobytes() == after.tobytes()
            assert before.info["icc_profile"] == after.info["icc_profile"]
    assert b"iTXt" in png_chunks(data)


def test_a_mark_that_the_photo_came_with_is_not_lost() -> None:
    """A photo that says that a model made it gives a portrait that says so, however little was done to it."""
    generated = marked(private_jpeg(), SourceType.GENERATED)
    assert source_type("crop", written(generated)) == SourceType.GENERATED
    assert source_type("keep", written(generated)) == SourceType.GENERATED
    assert source_type("generate", SourceType.ENHANCED) == SourceType.COMPOSITE
    assert source_type("keep", written(private_jpeg())) is None


def test_a_size_keeps_its_limit_with_the_mark() -> None:
    """A file that has to fit into few bytes fits with its mark."""
    noise = pixels.jpeg(pixels.resize(photo(), 512, 512))
    size = size_named("96")
    (made, data), *_ = printed(noise, [size], None, "relight")
    assert size.max_bytes
    assert made.bytes == len(data) <= size.max_bytes

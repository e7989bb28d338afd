"""Whether a place shows what it was sent: copies are the same, other people and other frames are not."""

from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from catchlight.alike import alike, difference


def encoded(picture: Image.Image, side: int = 648, quality: int = 95, form: str = "JPEG") -> bytes:
    """Return a picture as a place would keep it."""
    buffer = BytesIO()
    picture.resize((side, side)).save(buffer, form, quality=quality)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def people(shared: Path) -> list[Image.Image]:
    """Return twelve official portraits as squares."""
    files = sorted((shared / "congress" / "photos").iterdir())[:12]
    return [Image.open(file).convert("RGB").crop((0, 0, 400, 400)) for file in files]


@pytest.mark.parametrize(
    ("side", "quality", "form"), [(648, 60, "JPEG"), (240, 70, "WEBP"), (96, 75, "JPEG"), (512, 80, "PNG")]
)
def test_a_copy_is_the_same(people: list[Image.Image], side: int, quality: int, form: str) -> None:
    """Scaled down and encoded anew, as directories do."""
    assert all(alike(encoded(one), encoded(one, side, quality, form)) for one in people)


def test_other_people_are_not(people: list[Image.Image]) -> None:
    """Not even in front of the same kind of ground."""
    assert all(not alike(encoded(one), encoded(other)) for one, other in combinations(people, 2))


def test_another_frame_is_not(people: list[Image.Image]) -> None:
    """A picture cut differently is another picture, and so is one of another shape."""
    for one in people:
        assert not alike(encoded(one), encoded(one.crop((0, 0, 370, 400))))
        assert difference(encoded(one), _wide(one)) == float("inf")


def _wide(one: Image.Image) -> bytes:
    buffer = BytesIO()
    one.resize((640, 480)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_what_is_no_picture_is_not_it(people: list[Image.Image]) -> None:
    """A page of HTML that answers 200 is not the portrait."""
    assert not alike(encoded(people[0]), b"<html>signed out</html>")
    assert not alike(encoded(people[0]), b"")

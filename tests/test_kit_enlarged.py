"""A kit of a portrait that is an enlarged photo says how large its files are against the photo."""

from pathlib import Path

from catchlight.kit import kit
from catchlight.records import Answer, Rung
from tests.review_company import signed_in
from tests.review_stands import ME, one_person, opened, policy, say
from tests.signature_company import EILEEN
from tests.test_kit import master
from tests.test_kit import opened as unpacked


def _text(enlarged: float, file: str = "README.txt", pixels: int = 300) -> str:
    data = kit(master(pixels, pixels), EILEEN, Rung.CROP, enlarged=enlarged)
    return " ".join(unpacked(data)[file].decode("utf-8-sig").split())


def test_both_enlargements_are_told() -> None:
    """Of the portrait, and of the photo that it came from."""
    assert "Enlarged 2.0 times, because the portrait has no more pixels, and 3.8 times in all" in _text(1.9)
    assert "und 3,8-fach im Ganzen" in _text(1.9, "LIES-MICH.txt")


def test_a_file_of_an_enlarged_photo_says_so_where_the_portrait_is_enough() -> None:
    """The whole portrait is no larger than itself, and still twice the photo."""
    text = _text(1.9, pixels=2048)
    assert "press-print.jpg 2048 × 2048 px = 17.3 × 17.3 cm at 300 dpi" in text
    assert "1.9 times as large as in your photo" in text
    assert "times in all" not in text


def test_nothing_more_is_said_of_a_photo_that_was_large_enough() -> None:
    """As before."""
    assert "Enlarged 2.0 times, because the portrait has no more pixels; a larger photo" in _text(0.8)
    assert "photo;" not in _text(0.8, pixels=2048)


def test_the_kit_of_somebodys_page_knows_their_photo(tmp_path: Path) -> None:
    """As the run says of the portrait that they chose."""
    desk = opened(one_person(tmp_path, enlarged=1.9), policy())
    say(desk, Answer.APPROVE)
    data = signed_in(desk, ME.id, ME.id).get("/me/kit.zip").content
    text = " ".join(unpacked(data)["README.txt"].decode("utf-8-sig").split())
    assert "times in all: the portrait is an enlarged photo already" in text

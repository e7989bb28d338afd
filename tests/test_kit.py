"""The personal kit: every file as it is declared, words that are true, the same bytes each time."""

import tomllib
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight import pixels
from catchlight.cropping import Place
from catchlight.decoding import decode
from catchlight.kit import KIT, kit
from catchlight.kit_text import LANGUAGES, alt_text, disclosure, mark
from catchlight.records import Employee, Rung
from catchlight.source_type import SourceType, source_type
from tests.signature_company import EILEEN, face

TEXTS = Path(__file__).parents[1] / "catchlight" / "kit_texts"
HEAD = Place(0.1, 0.35, 0.6, 0.5)


def master(width: int, height: int) -> bytes:
    """Return a portrait of this size."""
    return pixels.jpeg(pixels.resize(decode(face()).picture, width, height))


def opened(data: bytes) -> dict[str, bytes]:
    """Return what is in a kit."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def size(data: bytes) -> tuple[int, int]:
    """Return the size of a picture."""
    return Image.open(BytesIO(data)).size


@pytest.mark.parametrize("shape", [(2048, 2048), (1638, 2048)])
def test_every_file_is_as_declared(shape: tuple[int, int]) -> None:
    """Each place gets its pixels, its shape and no more bytes than it takes, from square and upright portraits."""
    files = opened(kit(master(*shape), EILEEN, Rung.RELIGHT, "Example AG", place=HEAD))
    assert set(files) == {"README.txt", "LIES-MICH.txt", *(f"{want.name}.jpg" for want in KIT)}
    for want in KIT:
        data = files[f"{want.name}.jpg"]
        width, height = size(data)
        assert height == (want.height or 2048), want.name
        assert width == (round(height * shape[0] / shape[1]) if want.crop == "whole" else height), want.name
        assert len(data) <= want.max_bytes
        assert data.startswith(b"\xff\xd8\xff\xe0")


def test_print_files_say_their_dots_and_lose_nothing() -> None:
    """A print shop opens them at 300 dpi; the largest is the portrait itself, not encoded once more."""
    portrait = master(1500, 1500)
    files = opened(kit(portrait, EILEEN, Rung.KEEP))
    for name in ("press-print.jpg", "print-card.jpg"):
        assert Image.open(BytesIO(files[name])).info["dpi"] == (300, 300)
    assert "dpi" not in Image.open(BytesIO(files["linkedin.jpg"])).info
    same = [np.asarray(Image.open(BytesIO(one))) for one in (portrait, files["press-print.jpg"])]
    assert (same[0] == same[1]).all()
    assert "1500 × 1500 px = 12.7 × 12.7 cm at 300 dpi" in files["README.txt"].decode("utf-8-sig")
    assert "12,7 × 12,7 cm bei 300 dpi" in files["LIES-MICH.txt"].decode("utf-8-sig")


def test_nothing_is_enlarged_more_than_twice() -> None:
    """A small portrait gives smaller files, and the text says so."""
    files = opened(kit(master(300, 300), EILEEN, Rung.CROP))
    assert size(files["linkedin.jpg"]) == (600, 600)
    assert size(files["github.jpg"]) == (500, 500)
    text = files["README.txt"].decode("utf-8-sig")
    assert text.count("Smaller than usual") == 5
    assert "Enlarged 1.7 times" in text


def test_a_kit_is_always_the_same() -> None:
    """Made twice it has the same bytes, and no date of its making."""
    portrait = master(700, 700)
    one, other = (kit(portrait, EILEEN, Rung.CROP, place=HEAD) for _ in range(2))
    assert one == other
    with zipfile.ZipFile(BytesIO(one)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_small_round_pictures_are_closer() -> None:
    """The preset's crop for avatars is used where the head is known."""
    portrait = master(1000, 1000)
    close, far = (opened(kit(portrait, EILEEN, Rung.CROP, place=at))["avatar.jpg"] for at in (HEAD, None))
    assert close != far


@pytest.mark.parametrize("rung", list(Rung))
def test_the_text_says_what_was_changed(rung: Rung) -> None:
    """Each rung has its own words in both languages; only a generated picture is called generated."""
    files = opened(kit(master(400, 400), EILEEN, rung))
    english, german = (files[name].decode("utf-8-sig") for name in ("README.txt", "LIES-MICH.txt"))
    assert " ".join(disclosure("en", rung, source_type(rung)).split()) in " ".join(english.split())
    assert " ".join(disclosure("de", rung, source_type(rung)).split()) in " ".join(german.split())
    assert ("not a photograph" in " ".join(english.split())) == (rung is Rung.GENERATE)
    assert "Portrait of Eileen Collins, Commander" in english
    assert "\r\n" in english


def test_an_alternative_text_says_who_and_nothing_about_looks() -> None:
    """A name and what they do; a hostile name is one line."""
    assert alt_text("de", Employee("1", display_name="Jo\r\nBcc: \u202ex")) == "Porträt von Jo Bcc: x"


def test_both_languages_say_everything() -> None:
    """No text is missing in one of them, and every file has a use."""

    def keys(table: dict[str, object], under: str = "") -> set[str]:
        return {
            one
            for key, value in table.items()
            for one in (keys(value, f"{under}{key}.") if isinstance(value, dict) else {under + key})
        }

    english, german = (tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8")) for name in ("en", "de"))
    assert keys(english) == keys(german)
    assert set(english["uses"]) == {want.name for want in KIT}
    assert set(english["rungs"]) == set(Rung)


@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_says_what_a_wall_says_of_the_same_portrait(language: str, rung: Rung) -> None:
    """Where a picture must be marked, its mark is how the caption begins; elsewhere it is a photo."""
    type_ = source_type(rung)
    assert disclosure(language, rung, type_).startswith(mark(language, type_) or ("Photo: ", "Foto: "))


def test_a_photo_that_a_model_made_stays_one() -> None:
    """What the file itself names counts, also where nothing was changed."""
    assert disclosure("en", Rung.KEEP, SourceType.GENERATED) == "Picture generated with AI."
    assert disclosure("de", Rung.CROP, SourceType.GENERATED) == "Bild von einer KI erzeugt: beschnitten."

"""Signatures as their readers get them: the right words, nobody's face unasked, the same files each time."""

import base64
import csv
import json
import os
import re
from dataclasses import replace
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from catchlight import pixels
from catchlight.cropping import Place
from catchlight.errors import ConfigError, PhotoError
from catchlight.records import Employee
from flows.commands import signature_watch
from flows.commands.catchlight import app
from reports._signature_ink import Colours
from reports._signature_picture import picture_file
from reports._signature_settings import PICTURE_BYTES, Pictures
from reports.signatures import ADD_IN, GMAIL, PEOPLE, bundle, company_files, load_style, sign, validate
from tests.signature_company import EILEEN, HEBREW, face, pictures, signing

RUN = CliRunner()


def said(html: str) -> str:
    """Return what a reader sees."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def test_nobodys_face_is_shown_unasked(tmp_path: Path) -> None:
    """Without a word in signature.toml no signature carries a picture, whatever way it takes."""
    style = signing(tmp_path)
    for way in ("web", "file", "add-in"):
        signed = sign(style, EILEEN, face(), way=way)  # type: ignore[arg-type]
        assert signed.picture is None
        assert "<img" not in signed.html
    assert [name for name in bundle(EILEEN, face(), style) if "pictures" in name] == []


@pytest.mark.parametrize(
    ("mode", "way", "source"),
    [
        ("hosted", "web", "https://faces.example.com/s/"), ("hosted", "file", "https://faces.example.com/s/"),
        ("hosted", "add-in", "https://faces.example.com/s/"), ("cid", "web", ""), ("cid", "file", "pictures/"),
        ("cid", "add-in", "cid:"), ("inline-file", "web", ""), ("inline-file", "file", "pictures/"),
        ("inline-file", "add-in", ""),
    ],
)  # fmt: skip
def test_a_picture_comes_the_way_that_was_chosen(tmp_path: Path, mode: str, way: str, source: str) -> None:
    """Gmail gets an address or nothing, an add-in an address or an attachment, a file what lies beside it."""
    signed = sign(signing(tmp_path, pictures(mode)), EILEEN, face(), way=way)  # type: ignore[arg-type]
    found = re.findall(r'<img src="([^"]*)"', signed.html)
    assert found == ([source + signed.picture.name] if signed.picture else [])
    assert bool(found) == bool(source)
    assert validate(signed.html, GMAIL) == []


def test_without_a_portrait_there_is_a_signature_all_the_same(tmp_path: Path) -> None:
    """Whoever said no to their portrait signs without one, and nothing gapes."""
    signed = sign(signing(tmp_path, pictures("cid")), EILEEN, b"", way="add-in")
    assert "<img" not in signed.html
    assert "Eileen Collins" in said(signed.html)


def test_words_follow_person_entity_and_language(tmp_path: Path) -> None:
    """Department decides the template, the legal entity its lines, the language its words; what lacks, the company says."""
    style = signing(tmp_path)
    legal = replace(EILEEN, department="LEGAL", language="de-AT", entity="example france sarl")
    signed = sign(style, legal)
    assert (signed.template, signed.language) == ("plain", "de")
    text = said(signed.html)
    for part in (
        "12 rue Monge, 75005 Paris",
        "Example France SARL",
        "HRB 12345 B",
        "Karriere",
        "example.com",
    ):
        assert part in text
    assert "Chausseestraße" not in text
    english = sign(style, replace(EILEEN, language="pt"))
    assert (english.template, english.language) == ("card", "en")
    assert "Registered office" in said(english.html)


def test_plain_text_says_the_same(tmp_path: Path) -> None:
    """Who reads plain text gets name, title, ways to answer, company and legal lines."""
    text = sign(signing(tmp_path), EILEEN, language="de").text
    assert text.splitlines()[:2] == ["Eileen Collins", "Commander · Flight"]
    assert "eileen@example.com\n\nExample AG\nChausseestraße 1\n" in text
    assert "Karriere: https://www.example.com/careers" in text
    assert text.endswith("Grace Hopper\n")


@pytest.mark.parametrize("template", ["card", "compact", "plain"])
def test_a_hostile_directory_writes_nothing_but_text(tmp_path: Path, template: str) -> None:
    """Names with HTML, line breaks and turned letters come out as one line of text; no link leads where they say."""
    style = signing(tmp_path, pictures("cid"))
    hostile = PEOPLE[5]
    signed = sign(style, hostile, face(), way="add-in", template=template)
    assert validate(signed.html) == []
    assert "<script" not in signed.html
    assert "<script>alert(1)</script>" in said(signed.html)
    assert "ab Bcc: x {{ 7 * 7 }} {% raw %}" in said(signed.html)
    assert "\u202e" not in signed.html + signed.text
    assert "\nBcc" not in signed.text
    assert [
        href
        for href in re.findall('href="([^"]*)"', signed.html)
        if not href.startswith("https://www.example.com/")
    ] == []
    assert "mailto" not in sign(style, PEOPLE[7]).html


def test_long_names_end_with_an_ellipsis(tmp_path: Path) -> None:
    """A field of two thousand letters does not push the company's name away."""
    signed = sign(signing(tmp_path), replace(EILEEN, display_name="N" * 2000, title="T" * 2000))
    assert "N" * 119 + "…" in signed.html
    assert "N" * 121 not in signed.html
    assert len(signed.html) < GMAIL


def test_numbers_are_written_as_the_company_writes_them(tmp_path: Path) -> None:
    """An extension becomes a number, who has none gets the switchboard, and links dial what is meant."""
    table = 'id;Durchwahl;Telefon;Mobil\n0001;123;;\n0002;;"+49 (0) 30 12-3";"\'+49 151 2"\n'
    (tmp_path / "phones.csv").write_text(table, encoding="utf-8")
    phone = '[phone]\npattern = "+49 30 901820-{extension}"\nswitchboard = "+49 30 901820"'
    style = signing(tmp_path, phone)
    texts = {id_: sign(style, replace(EILEEN, id=id_)) for id_ in ("0001", "0002", "0003")}
    assert 'href="tel:+4930901820123"' in texts["0001"].html
    assert "Phone +49 30 901820-123" in texts["0001"].text
    assert 'href="tel:+4930123"' in texts["0002"].html
    assert "Mobile +49 151 2" in texts["0002"].text
    assert "Phone +49 30 901820\n" in texts["0003"].text


@pytest.mark.parametrize("row", ["0001,call me", "0001,1\n0001,2", ",1"])
def test_a_wrong_line_of_numbers_is_told(tmp_path: Path, row: str) -> None:
    """A number that is none, an id twice or none at all: the line is named."""
    (tmp_path / "phones.csv").write_text(f"id,phone\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"phones\.csv: line [23]"):
        signing(tmp_path)


def test_a_language_of_the_companys_own(tmp_path: Path) -> None:
    """A language that does not come with Catchlight needs four words, and may have its own form of a template."""
    (tmp_path / "templates").mkdir()
    own = '<table dir="{{ dir }}"><tr><td>{{ words.phone }} {{ person.name }}</td></tr></table>'
    (tmp_path / "templates" / "card.he.html.j2").write_text(own, encoding="utf-8")
    style = signing(tmp_path, HEBREW, 'languages = ["en", "he"]')
    assert (
        sign(style, EILEEN, language="he-IL").html
        == '<table dir="rtl"><tr><td>טלפון Eileen Collins</td></tr></table>'
    )
    assert "Registered office" in sign(style, EILEEN).html


def test_a_bundle_is_whole_and_always_the_same(tmp_path: Path) -> None:
    """Outlook finds the picture where the file looks for it, an add-in what it attaches; a second time gives the same bytes."""
    style = signing(tmp_path, pictures("cid"))
    files = bundle(EILEEN, face(), style, "de")
    assert files == bundle(EILEEN, face(), load_style(tmp_path), "de")
    (picture,) = (name for name in files if name.startswith("signatures/pictures/"))
    assert set(files) == {"signatures/*.htm", "signatures/*.txt", "signatures/*.json", picture}
    htm = files["signatures/*.htm"].decode()
    assert f'src="{picture.removeprefix("signatures/")}"' in htm
    assert "<o:PixelsPerInch>96" in htm
    assert validate(htm) == []
    assert files["signatures/*.txt"].decode("utf-16").startswith("Eileen Collins\r\nCommander")
    told = json.loads(files["signatures/*.json"])
    (attached,) = told["attachments"]
    assert base64.b64decode(attached["base64"]) == files[picture]
    assert f'src="cid:{attached["name"]}"' in told["html"]
    assert attached["isInline"] is True
    assert validate(told["html"], ADD_IN) == []


def test_two_people_never_share_a_picture(tmp_path: Path) -> None:
    """The same bytes of two people have two names: taking one away leaves the other."""
    style = signing(tmp_path, pictures("cid"))
    one, other = (set(bundle(replace(EILEEN, id=id_), face(), style)) for id_ in ("1", "2"))
    assert len(one & other) == 3


@pytest.mark.parametrize("shape", ["round", "rounded", "square"])
@pytest.mark.parametrize("corners", ["transparent", "filled"])
@pytest.mark.parametrize("side", [56, 96, 120])
def test_pictures_are_small_dense_and_right_on_any_ground(shape: str, corners: str, side: int) -> None:
    """Twice the pixels, at most 20 kB, corners in the bitmap: nothing there, or the company's ground."""
    settings = Pictures.model_validate({"shape": shape, "corners": corners})
    file = picture_file("x", face(), side, settings, Colours())
    assert len(file.data) <= PICTURE_BYTES
    image = Image.open(BytesIO(file.data))
    assert image.size == (2 * side, 2 * side)
    transparent = shape != "square" and corners == "transparent"
    assert (file.name.endswith(".png"), image.format) == (transparent, "PNG" if transparent else "JPEG")
    corner = image.convert("RGBA").getpixel((0, 0))
    middle = image.convert("RGBA").getpixel((side, side))
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert middle[3] == 255
    if transparent:
        assert corner[3] == 0
        steps = set(np.asarray(image.convert("RGBA"))[..., 3].ravel().tolist())
        assert len(steps) == 7  # nothing, all, and five steps of the edge between
    elif shape != "square":
        assert min(corner[:3]) > 247


def test_few_colours_stay_near_the_picture() -> None:
    """Inside the edge a picture of few colours is the portrait, as far as an eye at arm's length can tell."""
    file = picture_file("x", face(), 96, Pictures(), Colours())
    plain = picture_file("x", face(), 96, Pictures(shape="square"), Colours())
    opened = (Image.open(BytesIO(one.data)).convert("RGBA").convert("RGB") for one in (file, plain))
    few, all_ = (np.asarray(one, float) for one in opened)
    inner = np.hypot(*np.meshgrid(*[np.arange(192) - 95.5] * 2)) < 90
    assert np.sqrt(((few - all_)[inner] ** 2).mean()) < 6


def test_a_picture_that_compresses_badly_still_fits() -> None:
    """Noise is the worst there is: it gets fewer colours, or at worst a sentence."""
    noise = pixels.jpeg(np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8))
    assert len(picture_file("x", noise, 64, Pictures(), Colours()).data) <= PICTURE_BYTES
    with pytest.raises(PhotoError, match="make it smaller"):
        picture_file("x", noise, 120, Pictures(), Colours())


def test_the_head_fills_the_picture_when_it_is_known_where_it_is() -> None:
    """With the head's place a signature is cropped to it, and its picture has another name."""
    whole = picture_file("x", face(), 96, Pictures(), Colours())
    close = picture_file("x", face(), 96, Pictures(), Colours(), Place(0.02, 0.24, 0.45, 0.5))
    assert whole.name != close.name


def test_other_tools_get_tokens(tmp_path: Path) -> None:
    """The rule carries Exchange's tokens, the template Set-OutlookSignatures' variables, the table says whose picture is which."""
    style = signing(tmp_path, pictures("hosted"))
    files = company_files(style, [(EILEEN, face()), (replace(EILEEN, id="2", display_name="=1+1"), b"")])
    rule = files["transport_rule.de.htm"].decode()
    for token in (
        "%%DisplayName%%",
        "%%Title%%",
        "mailto:%%Email%%",
        "tel:%%PhoneNumber%%",
        "/s/%%CustomAttribute1%%",
    ):
        assert token in rule
    assert "<html" not in rule
    assert "$CurrentUserMail$" in files["set_outlook_signatures.en.htm"].decode()
    rows = list(csv.DictReader(StringIO(files["signatures.csv"].decode("utf-8-sig"))))
    assert rows[0]["picture"] == sign(style, EILEEN, face()).picture.name  # type: ignore[union-attr]
    assert rows[1] == {
        "id": "2", "email": "eileen@example.com", "display_name": "'=1+1", "template": "card", "language": "en", "picture": "",
    }  # fmt: skip


def test_a_rule_that_exchange_would_not_take_is_told(tmp_path: Path) -> None:
    """Five thousand characters are what every Exchange takes."""
    style = signing(tmp_path)
    longer = style.settings.model_copy(update={"legal": ("x" * 190,) * 12})
    with pytest.raises(ConfigError, match="transport rule"):
        company_files(replace(style, settings=longer))


def test_the_command_checks_shows_and_writes(tmp_path: Path) -> None:
    """``check`` ends with 0 or names what is wrong and ends with 2; ``preview`` and ``tools`` write what they say."""
    (tmp_path / "signature.toml").write_text(
        'company = "Example AG"\n[pictures]\nmode = "cid"\n', encoding="utf-8"
    )
    checked = RUN.invoke(app, ["signature", "check", str(tmp_path)])
    assert checked.exit_code == 0, checked.output
    assert "Example AG: right" in checked.output
    sheet = tmp_path / "sheet.html"
    assert RUN.invoke(app, ["signature", "preview", str(tmp_path), "--output", str(sheet)]).exit_code == 0
    assert sheet.read_text("utf-8").count("<figure") == 3 * 2 * 3 * 4
    assert (
        RUN.invoke(app, ["signature", "tools", str(tmp_path), "--output", str(tmp_path / "tools")]).exit_code
        == 0
    )
    assert len(list((tmp_path / "tools").iterdir())) == 4
    (tmp_path / "signature.toml").write_text('template = "card"', encoding="utf-8")
    wrong = RUN.invoke(app, ["signature", "check", str(tmp_path)])
    assert wrong.exit_code == 2
    assert "company" in wrong.stderr
    gone = RUN.invoke(app, ["signature", "preview", str(tmp_path / "nowhere")])
    assert gone.exit_code == 2


def test_a_live_preview_follows_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is drawn anew when a file is saved, says what is wrong while something is, and not for nothing."""
    toml, sheet = tmp_path / "signature.toml", tmp_path / "sheet.html"
    toml.write_text('company = "First AG"\n', encoding="utf-8")
    saves, pages = (
        ['company = "Second AG"\n', "", 'template = "card"\n', 'company = "Third AG"\n'],
        list[str](),
    )

    def wait(_: float) -> None:
        pages.append(sheet.read_text("utf-8"))
        if not saves:
            raise KeyboardInterrupt
        following = saves.pop(0)
        if following:
            toml.write_text(following, encoding="utf-8")
            return
        os.utime(sheet, (1, 1))

    monkeypatch.setattr(signature_watch.watch, "__defaults__", (wait,))
    done = RUN.invoke(app, ["signature", "preview", str(tmp_path), "--live", "--output", str(sheet)])
    assert done.exit_code == 0, done.output
    titles = [re.findall("(?:First|Second|Third) AG|company: missing", page)[0] for page in pages]
    assert titles == ["First AG", "Second AG", "Second AG", "company: missing", "Third AG"]
    assert done.output.count("Drawn") == 3
    assert all('http-equiv="refresh"' in page for page in pages)


def test_a_person_without_anything_signs_with_their_id(tmp_path: Path) -> None:
    """The least that a directory can hold is enough."""
    assert sign(signing(tmp_path), Employee("E-17")).text.startswith("E-17\n\nExample AG\n")

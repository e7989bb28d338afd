"""The files that places want: their sizes, their limits, and names that are safe anywhere."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight import pixels
from catchlight.delivery import STANDARD, file_names, safe_name, size_named
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.print_book import PrintBook
from catchlight.prints import Prints
from catchlight.spreadsheet import safe_cell, table_bytes
from catchlight.vault import Vault

HOSTILE = (
    "../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "CON", "con", "nul.txt", "LPT1", "COM9.jpg", ".hidden", "-rf", "a.",
    "a b", "a\n", "a\x00b", "é", "e\u0301", "李伟", "🙂", "💾" * 40, "x" * 200, "x" * 81, "%41", "~", "$(id)", "a:b", "\u202eabc",
)  # fmt: skip


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Return an empty vault."""
    return Vault(tmp_path / "vault")


def prints(vault: Vault) -> Prints:
    """Return prints that are kept in a vault."""
    return Prints(vault.put, PrintBook(vault.root.parent / "prints", vault))


def noise(height: int, width: int) -> bytes:
    """Return the JPEG of a picture that compresses badly."""
    return pixels.jpeg(np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8))


@pytest.mark.parametrize("id_", ["A000148", "007", "jane.doe", "J_D-2", "x" * 80, "a..b", "CONRAD", "com10"])
def test_a_plain_id_is_its_own_file_name(id_: str) -> None:
    """HR finds a file by the id that they know, zeros and capitals included."""
    assert safe_name(id_) == id_


def test_a_hostile_id_becomes_a_plain_name() -> None:
    """No id leads out of the folder, hides, names a device, is too long, or meets another id."""
    names = [safe_name(id_) for id_ in HOSTILE]
    for name in names:
        assert name.replace("-", "").isalnum()
        assert name.isascii()
        assert name[0] != "-"
        assert 0 < len(name) <= 60
    assert len({name.lower() for name in names}) == len({*HOSTILE} - {"e\u0301"})
    assert safe_name("José Núñez").startswith("jose-nunez-")
    assert safe_name("é") == safe_name("e\u0301")


def test_no_two_people_share_a_file_where_case_does_not_count() -> None:
    """``a`` and ``A`` get names of their own, in whichever order they come; a look-alike cannot take one."""
    first, second = file_names(["a", "A", "b"]), file_names(["b", "A", "a"])
    assert first == second
    assert first["b"] == "b"
    assert len({name.lower() for name in first.values()}) == 3
    forged = safe_name("José")
    assert len(set(file_names(["José", forged]).values())) == 2


def test_a_name_stays_while_its_owner_does() -> None:
    """An owner keeps the name of earlier days when somebody alike comes or goes."""
    assert file_names(["A", "a"], {"a": "A"})["A"] == "A"
    assert file_names(["A", "a"], {"a": "A"})["a"].lower() != "a"
    alone = file_names(["a", "A"])["a"]
    assert file_names(["a"], {alone: "a"}) == {"a": alone}
    assert file_names(["a"], {"a": "left"})["a"] != "a"


def test_every_size_has_its_pixels_and_its_limit(vault: Vault) -> None:
    """Each file has the height it is named after, the shape of the portrait, and sRGB; 96 has at most 100 kB."""
    picture = vault.put(noise(640, 512))
    made = prints(vault).of(picture, map(size_named, STANDARD))
    for one in made:
        data = vault.get(one.digest)
        with Image.open(BytesIO(data)) as image:
            assert image.format == "JPEG"
            assert image.size == (one.width, one.height)
            assert image.info["icc_profile"]
        assert len(data) == one.bytes
        assert abs(one.width / one.height - 0.8) < 0.01
    assert [one.height for one in made] == [2048, 1024, 648, 512, 400, 192, 96]
    assert made[-1].bytes <= 100_000
    assert [one.size for one in made if one.note] == ["2048"]
    assert "enlarged 3.2 times" in made[0].note


def test_a_portrait_of_the_right_size_goes_out_as_it_is(vault: Vault) -> None:
    """What needs no resizing is not encoded once more."""
    picture = vault.put(noise(512, 512))
    assert prints(vault).of(picture, [size_named("512")])[0].digest == picture


def test_a_master_of_7680_pixels(vault: Vault) -> None:
    """The largest master is delivered whole, and is a good source for the smaller sizes."""
    picture = vault.put(pixels.jpeg(np.full((7680, 7680, 3), 90, np.uint8), quality=80))
    large, small = prints(vault).of(picture, [size_named("7680"), size_named("648")])
    assert (large.digest, large.note) == (picture, "")
    assert (small.width, small.height, small.note) == (648, 648, "")


def test_files_are_made_once(vault: Vault) -> None:
    """A second plan finds the files; a file that was lost is made again, the very same."""
    picture = vault.put(noise(256, 256))
    sizes = [size_named("96"), size_named("192")]
    first = prints(vault).of(picture, sizes)
    vault.path(first[0].digest).unlink()
    assert prints(vault).of(picture, sizes) == first
    assert vault.has(first[0].digest)
    vault.path(picture).unlink()
    assert prints(vault).of(picture, sizes) == first
    with pytest.raises(OutsideError, match="not in the vault"):
        prints(vault).of(picture, [size_named("400")])


def test_a_portrait_that_is_no_picture_is_said_so(vault: Vault) -> None:
    """Damaged bytes are that person's problem, not the publication's."""
    with pytest.raises(PhotoError):
        prints(vault).of(vault.put(b"\xff\xd8\xff\xe0 no picture"), [size_named("96")])


@pytest.mark.parametrize("name", ["", "0", "95", "7681", "1024px", "-96", "96.5", "0096", "²", "96@3x"])
def test_a_size_that_is_none_is_refused(name: str) -> None:
    """The message names the range and the usual sizes."""
    with pytest.raises(ConfigError, match=r"from 96 to 7680, such as 2048,1024"):
        size_named(name)


def test_sizes_by_their_names() -> None:
    """192 is the name of a slot of 96 at double density."""
    assert size_named("192").name == size_named(" 192@2x ").name == "192@2x"
    assert size_named("192").height == 192
    assert size_named("7680").height == 7680


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), (" =1", "' =1"), ("\u00a0=1", "'\u00a0=1"),
        ("\r=1", "\n'=1"), ("a\n=1", "a\n'=1"), ("a=1", "a=1"), ("", ""), ("007", "007"), ("'x", "'x"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(text: str, safe: str) -> None:
    """Nothing that a person typed runs in the spreadsheet of whoever opens the list."""
    assert safe_cell(text) == safe


def test_a_table_is_one_that_spreadsheets_open() -> None:
    """The mark says UTF-8, every cell is quoted, quotes are doubled."""
    assert (
        table_bytes(("a", "b"), [("x", 'say "hi", é')]).decode("utf-8-sig")
        == '"a","b"\r\n"x","say ""hi"", é"\r\n'
    )

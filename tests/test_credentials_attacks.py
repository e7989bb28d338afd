"""Content Credentials that somebody tampers with who has no key: what no digest covers is no place to change a portrait."""

import re
import shutil
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from catchlight import pixels, signing_keys
from catchlight.credentials import Credentials
from catchlight.inspection import Finding, inspect
from catchlight.publish_policy import Marking
from catchlight.signing_keys import Place
from catchlight.source_type import SourceType, marked
from catchlight.vault import Vault
from flows.commands.provenance import app

_SPARE = 9000  # bytes of the room for a time stamp
_APP11, _COMMENT = b"\xff\xeb", b"\xff\xfe"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a home with keys."""
    home = tmp_path_factory.mktemp("signed") / "home"
    home.mkdir()
    signing_keys.make(home, "Example AG", home.parent / "stick" / "root.key", None, datetime.now(UTC))
    return Place(home)


@pytest.fixture(scope="module")
def signed(place: Place) -> bytes:
    """Return a portrait with its source type, signed."""
    return Credentials(place, Marking()).signed(marked(portrait(1), SourceType.ENHANCED), "crop")


def portrait(seed: int, encode: Callable[..., bytes] = pixels.jpeg) -> bytes:
    """Return a small picture."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return encode(np.asarray(small.repeat(16, 0).repeat(16, 1)))


def look(place: Place, data: bytes) -> Finding:
    """Inspect a file by the root of a home folder."""
    return inspect(data, place.public("root").read_text())


def boxes(store: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each box of a manifest store begins, and how long it is."""
    while at < end:
        length = int.from_bytes(store[at : at + 4], "big")
        yield at, length
        if store[at + 4 : at + 8] == b"jumb":
            yield from boxes(store, at + 8, at + length)
        at += length


def smaller(store: bytes) -> bytes:
    """Return a manifest store with less room for the time stamp, which nothing seals."""
    new, room = bytearray(store), store.index(b"cpadY") + 5
    new[room : room + 2] = struct.pack(">H", int.from_bytes(store[room : room + 2], "big") - _SPARE)
    for at, length in boxes(store, 0, len(store)):
        if at < room < at + length:
            new[at : at + 4] = struct.pack(">I", length - _SPARE)
    del new[room + 2 : room + 2 + _SPARE]
    return bytes(new)


def with_hidden(signed: bytes, hidden: bytes) -> bytes:
    """Return a signed JPEG of the same size with more segments between two of its credentials."""
    start = signed.index(_APP11)
    total = 2 + int.from_bytes(signed[start + 2 : start + 4], "big")
    store = smaller(signed[start + 12 : start + total])
    cut = len(store) - 200
    parts = [segment(1, store[:cut]), segment(2, store[:8] + store[cut:])]
    filling = total - sum(map(len, parts)) - len(hidden) - 4
    comment = _COMMENT + struct.pack(">H", filling + 2) + b"x" * filling
    return signed[:start] + parts[0] + hidden + comment + parts[1] + signed[start + total :]


def segment(number: int, box: bytes) -> bytes:
    """Return a segment with a part of a manifest store."""
    body = b"JP\x02\x11" + struct.pack(">I", number) + box
    return _APP11 + struct.pack(">H", len(body) + 2) + body


def test_a_new_root_alone_ends_trust_in_keys_that_were_stolen(tmp_path: Path) -> None:
    """Keys that were made anew below the same root take nothing from those of before, as the page on provenance says."""
    home, stick = tmp_path / "home", tmp_path / "root.key"
    home.mkdir()
    signing_keys.make(home, "Example AG", stick, None, datetime.now(UTC))
    shutil.copytree(home, tmp_path / "stolen")
    signing_keys.renew(home, datetime.now(UTC), stick, None)
    forged = Credentials(Place(tmp_path / "stolen"), Marking()).signed(portrait(3), "crop")
    assert look(Place(home), forged).state == "trusted"
    for keys in ("provenance", "secrets/provenance"):
        (home / keys).rename(tmp_path / keys.replace("/", "-"))
    signing_keys.make(home, "Example AG", tmp_path / "new.key", None, datetime.now(UTC))
    assert look(Place(home), forged).state == "unknown"


def test_nothing_hides_between_two_parts_of_the_credentials(place: Place, signed: bytes) -> None:
    """A comment or an orientation there, which turns the portrait upside down in every viewer, is a change."""
    exif = Image.Exif()
    exif[0x112] = 3
    turned = exif.tobytes()
    for hidden in (b"", b"\xff\xe1" + struct.pack(">H", len(turned) + 2) + turned):
        data = with_hidden(signed, hidden)
        assert len(data) == len(signed)
        assert Image.open(BytesIO(data)).getexif().get(0x112) == (3 if hidden else None)
        assert look(place, data).state == "changed"


def test_the_room_for_a_time_stamp_says_nothing(place: Place, signed: bytes) -> None:
    """What somebody writes where no digest reaches is not told as what a trusted file says of itself."""
    said = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia "
    zeros = max(re.finditer(rb"\0{500,}", signed), key=lambda one: one.end() - one.start())
    at = zeros.start() + 100
    data = signed[:at] + said + signed[at + len(said) :]
    assert data != signed
    found = look(place, data)
    assert (found.state, found.type) == ("trusted", SourceType.ENHANCED)


@pytest.mark.parametrize("encode", [pixels.jpeg, pixels.png, pixels.webp])
def test_nothing_put_together_from_signed_files_is_trusted(
    place: Place, encode: Callable[..., bytes]
) -> None:
    """Credentials of another portrait, two of them, bytes in front, behind or missing: none of it is trusted."""
    first, second = (Credentials(place, Marking()).signed(portrait(seed, encode), "crop") for seed in (1, 2))
    half = len(first) // 2
    made = [first[:half], first[:-1], first + b"more", first + second, first[:half] + second[half:]]
    if first.startswith(b"\xff\xd8"):
        start = first.index(_APP11)
        end = start + 2 + int.from_bytes(first[start + 2 : start + 4], "big")
        theirs = second[start:end]
        made += [first[:start] + theirs + rest for rest in (first[end:], first[start:])]
        made += [first[:start] + first[start:end] + theirs + first[end:]]
    assert look(place, first).state == "trusted"
    assert {look(place, data).state for data in made} <= {"changed", "none"}


def test_a_signed_file_that_somebody_sent_is_not_one_that_was_made_here(
    place: Place, signed: bytes, tmp_path: Path
) -> None:
    """Photos that people send lie in the vault as well; only what was made of a portrait is told as made here."""
    Vault(place.home / "vault").put(signed)
    (tmp_path / "sent.jpg").write_bytes(signed)
    told = CliRunner().invoke(app, ["verify", str(tmp_path / "sent.jpg"), "--home", str(place.home)])
    assert told.exit_code == 0
    assert "made here" not in told.output

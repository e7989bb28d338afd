"""From one portrait to the files that places want: sizes, limits, and names that are safe anywhere."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from catchlight import decoding, pixels
from catchlight.errors import ConfigError
from catchlight.ledger import Recipes
from catchlight.vault import Vault, digest_of

STANDARD = ("2048", "1024", "648", "512", "400", "192@2x", "96")
LARGEST = 7680
SMALLEST = 96
QUALITY = 95
_SLOTS = {"192": "192@2x"}
_DIRECTORY_LIMIT = 100_000
_FROM_HERE = decoding.Limits(max_bytes=64 << 20, max_pixels=2 * LARGEST * LARGEST)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Size:
    """One size: the height of the picture in pixels, and how many bytes it may have."""

    name: str
    height: int
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """One file of a portrait, in the vault under ``digest``. ``note`` says what a person should know."""

    size: str
    width: int
    height: int
    bytes: int
    digest: str
    note: str = ""


def size_named(name: str) -> Size:
    """Return a size: a height in pixels, or ``192@2x`` for a slot of 96 at double density."""
    name = _SLOTS.get(name.strip(), name.strip())
    digits = name.removesuffix("@2x")
    if not digits.isdecimal() or not SMALLEST <= int(digits) <= LARGEST or str(int(digits)) != digits:
        usual = ",".join(STANDARD)
        message = f"sizes: {name!r} is none; give heights from {SMALLEST} to {LARGEST}, such as {usual}"
        raise ConfigError(message)
    return Size(name, int(digits), _DIRECTORY_LIMIT if name == "96" else None)


class Prints:
    """Makes the files of portraits, each once: what was made is found again in the vault."""

    def __init__(self, keep: Callable[[bytes], str], vault: Vault, made: Recipes) -> None:
        """Store files by ``keep``, find them in ``vault``, and remember them in ``made``."""
        self._keep, self._vault, self._made = keep, vault, made

    def of(self, picture: str, sizes: Iterable[Size]) -> list[Print]:
        """Return the files of a portrait (vault digest of its JPEG), in the order of ``sizes``.

        Raises OutsideError when the portrait is lost, PhotoError when it cannot be read.
        """
        wanted = list(sizes)
        known = {size: self._recall(picture, size) for size in wanted}
        missing = [size for size, found in known.items() if found is None]
        for size, made in zip(missing, self._make(picture, missing), strict=True):
            known[size] = made
            self._made.remember(_recipe(picture, size), asdict(made))
        return [found for found in map(known.get, wanted) if found]

    def _recall(self, picture: str, size: Size) -> Print | None:
        found: dict[str, Any] | None = self._made.recall(_recipe(picture, size))
        return Print(**found) if found and self._vault.has(found["digest"]) else None

    def _make(self, picture: str, sizes: list[Size]) -> Iterator[Print]:
        if not sizes:
            return
        master = self._vault.get(picture)
        decoded = decoding.decode(master, _FROM_HERE).picture
        with Image.open(BytesIO(master)) as header:
            own = header.size
        for size in sizes:
            data = master if _as_it_is(master, own, size) else _resized(decoded, own, size)
            note = _note(size.height / own[1])
            yield Print(size.name, *_extent(own, size), len(data), self._keep(data), note)


def _recipe(picture: str, size: Size) -> str:
    return digest_of(f"print 1 {picture} {size} {QUALITY}".encode())


def _extent(own: tuple[int, int], size: Size) -> tuple[int, int]:
    width, height = own
    return max(1, round(width * size.height / height)), size.height


def _as_it_is(master: bytes, own: tuple[int, int], size: Size) -> bool:
    """Whether the portrait already is the file: it is not encoded once more for nothing."""
    return own[1] == size.height and len(master) <= (size.max_bytes or len(master))


def _resized(picture: pixels.Picture, own: tuple[int, int], size: Size) -> bytes:
    return pixels.jpeg(pixels.resize(picture, *_extent(own, size)), quality=QUALITY, max_bytes=size.max_bytes)


def _note(enlarged: float) -> str:
    too_much = 2
    return f"enlarged {enlarged:.1f} times; a larger photo would be sharper" if enlarged > too_much else ""


def safe_name(id_: str) -> str:
    """Return a file name (without ending) for an id that works on every system and stays inside a folder.

    Ids of up to 80 letters, digits, ``.``, ``_`` and ``-`` stay as they are; any other becomes a
    readable rest and a digest, so that two ids never share a name except for upper and lower case.
    """
    if _PLAIN.fullmatch(id_) and not _RESERVED.fullmatch(id_):
        return id_
    return _marked(id_)


def _marked(id_: str) -> str:
    normal = unicodedata.normalize("NFC", id_)
    plain = unicodedata.normalize("NFKD", normal).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain)[:40].strip("-").lower() or "id"
    return f"{slug}-{hashlib.blake2b(normal.encode(), digest_size=6).hexdigest()}"


def file_names(ids: Iterable[str], owners: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the file name of every id, so that no two are alike on a disk that ignores case.

    ``owners`` says whose the names of earlier days are (lower-cased name → id): they keep them.
    """
    ids, owners = list(ids), owners or {}
    alike = Counter(safe_name(id_).lower() for id_ in ids)
    names = {}
    for id_ in ids:
        name = safe_name(id_)
        owner = owners.get(name.lower())
        free = owner is None and alike[name.lower()] == 1 and owners.get(_marked(id_)) != id_
        names[id_] = name if owner == id_ or free else _marked(id_)
    return names

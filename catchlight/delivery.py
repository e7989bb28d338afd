"""From one portrait to the files that places want: sizes, limits, and names that are safe anywhere."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from catchlight import cropping, decoding, pixels
from catchlight.anatomy import Linear, Picture
from catchlight.cropping import Box, Place
from catchlight.cuts import PrintCrop
from catchlight.errors import ConfigError
from catchlight.source_type import HEAD, MARK, SourceType, marked, source_type, written
from catchlight.vault import digest_of

STANDARD = ("2048", "1024", "648", "512", "400", "192@2x", "96")
LARGEST = 7680
SMALLEST = 96
SMALLEST_CROP = 16
QUALITY = 95
ENLARGED_AT_MOST = 2
"""How often a pixel of the portrait may be enlarged before it is told."""
_SLOTS = {"192": "192@2x"}
_DIRECTORY_LIMIT = 100_000
_FROM_HERE = decoding.Limits(max_bytes=64 << 20, max_pixels=2 * LARGEST * LARGEST)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Size:
    """One size: the height of the picture in pixels, how many bytes it may have, and how close it is cropped."""

    name: str
    height: int
    max_bytes: int | None = None
    crop: PrintCrop | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """One file of a portrait, in the vault under ``digest``. ``note`` says what a person should know.

    ``box`` is the part of the portrait that it shows, in the portrait's pixels: left, top, width, height.
    """

    size: str
    width: int
    height: int
    bytes: int
    digest: str
    note: str = ""
    box: tuple[int, ...] = ()


def sizes_named(name: str, crops: Mapping[str, PrintCrop]) -> list[Size]:
    """Return the sizes of a name: a height, ``avatar@48`` (a crop of the preset), or ``avatar`` (all of its sizes)."""
    crop, at, height = name.strip().partition("@")
    if crop not in crops:
        return [size_named(name, crops)]
    heights = [height] if at else list(map(str, crops[crop].sizes))
    return [_cropped(crop, one, crops[crop]) for one in heights]


def _cropped(crop: str, height: str, spec: PrintCrop) -> Size:
    if not _is_height(height, SMALLEST_CROP):
        message = (
            f"sizes: {crop}@{height}: give a height from {SMALLEST_CROP} to {LARGEST}, such as {crop}@48"
        )
        raise ConfigError(message)
    limit = _DIRECTORY_LIMIT if int(height) <= SMALLEST else None
    return Size(f"{crop}@{height}", int(height), limit, spec)


def size_named(name: str, crops: Iterable[str] = ()) -> Size:
    """Return a size: a height in pixels, or ``192@2x`` for a slot of 96 at double density."""
    name = _SLOTS.get(name.strip(), name.strip())
    digits = name.removesuffix("@2x")
    if not _is_height(digits, SMALLEST):
        usual = ",".join(STANDARD)
        message = f"sizes: {name!r} is none; give heights from {SMALLEST} to {LARGEST}, such as {usual}"
        if crops:
            message += (
                f", or crops of the preset: {', '.join(f'{crop}, {crop}@48' for crop in sorted(crops))}"
            )
        raise ConfigError(message)
    return Size(name, int(digits), _DIRECTORY_LIMIT if name == "96" else None)


def _is_height(digits: str, least: int) -> bool:
    return digits.isdecimal() and str(int(digits)) == digits and least <= int(digits) <= LARGEST


def printed(
    master: bytes, sizes: Iterable[Size], place: Place | None = None, rung: str = ""
) -> Iterator[tuple[Print, bytes]]:
    """Yield the files of a portrait (its JPEG), each with its bytes; ``place`` is where the head lies on it.

    Each carries its source type: the portrait's own, or that of its ``rung``. Raises PhotoError for a portrait
    that cannot be read.
    """
    sizes = list(sizes)
    decoded = decoding.decode(master, _FROM_HERE).picture
    linear = pixels.to_linear(decoded) if len(sizes) > 1 else None  # once for all of them
    type_ = written(master[:HEAD]) or source_type(rung)
    master = marked(master, type_)
    with Image.open(BytesIO(master)) as header:
        own = header.size
    for size in sizes:
        box = box_of(own, size, place)
        width = _width(own, size)
        as_it_is = _as_it_is(master, own, size)
        data = master if as_it_is else _printed((decoded, linear), box, width, size, type_)
        note = _note(size.height / box.height, box)
        part = (box.left, box.top, box.width, box.height)
        yield Print(size.name, width, size.height, len(data), digest_of(data), note, part), data


def _width(own: tuple[int, int], size: Size) -> int:
    aspect = size.crop.aspect if size.crop else own[0] / own[1]
    return max(1, round(aspect * size.height))


def box_of(own: tuple[int, int], size: Size, place: Place | None) -> Box:
    """Return the part of a portrait of ``own`` (width, height) pixels that a size shows."""
    if size.crop is None:
        return Box(0, 0, *own)
    return cropping.crop_box(place, own, size.crop, _width(own, size) / size.height)


def _as_it_is(master: bytes, own: tuple[int, int], size: Size) -> bool:
    """Whether the portrait already is the file: it is not encoded once more for nothing."""
    return size.crop is None and own[1] == size.height and len(master) <= (size.max_bytes or len(master))


def _printed(
    portrait: tuple[Picture, Linear | None], box: Box, width: int, size: Size, type_: SourceType | None
) -> bytes:
    picture, linear = portrait
    part = cropping.cut(picture, box, width, size.height, linear)
    most = size.max_bytes - MARK if size.max_bytes else None
    return marked(pixels.jpeg(part, quality=QUALITY, max_bytes=most), type_)


def _note(enlarged: float, box: Box) -> str:
    told = enlarged > ENLARGED_AT_MOST
    parts = [f"enlarged {enlarged:.1f} times; a larger photo would be sharper"] * told
    return "; ".join([*parts, *[box.note] * bool(box.note)])


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

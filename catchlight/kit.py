"""The personal kit: one portrait in the sizes that a person needs elsewhere, in a ZIP with words on how to use them.

The same portrait gives the same bytes.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Literal

from PIL import Image

from catchlight.cropping import Place
from catchlight.cuts import Delivery, PrintCrop
from catchlight.delivery import ENLARGED_AT_MOST, LARGEST, Print, Size, box_of, printed
from catchlight.kit_text import LANGUAGES, Piece, readme
from catchlight.records import Employee
from catchlight.source_type import HEAD, written

_MEGA = 1_000_000
_DPI = 300
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can have
_SQUARE = PrintCrop(aspect=1.0, head=0.4, eye_line=0.44)  # of a portrait that is none: as much as fits
_JFIF = b"JFIF\0"


@dataclass(frozen=True, slots=True)
class Want:
    """One file of the kit: its height in pixels (0: all that there are), its crop, the most bytes, the dots of an inch.

    ``crop`` is ``whole`` for the portrait as it is, ``square``, or ``avatar``: the preset's closer crop for small
    round pictures.
    """

    name: str
    height: int
    crop: Literal["whole", "square", "avatar"]
    max_bytes: int
    dpi: int = 0


KIT = (
    Want("linkedin", 800, "square", 8 * _MEGA),
    Want("zoom", 800, "square", 2 * _MEGA),
    Want("github", 500, "square", 1 * _MEGA),
    Want("slack", 1024, "square", 2 * _MEGA),
    Want("avatar", 256, "avatar", 200_000),
    Want("conference", 1200, "square", 3 * _MEGA),
    Want("press-web", 1600, "whole", 3 * _MEGA),
    Want("press-print", 0, "whole", 40 * _MEGA, _DPI),
    Want("print-card", 591, "square", 2 * _MEGA, _DPI),
)
"""What is in a kit. Limits are those that the places name, or well below what they take."""


def kit(
    portrait: bytes,
    person: Employee,
    rung: str,
    company: str = "",
    *,
    crops: Mapping[str, PrintCrop] | None = None,
    place: Place | None = None,
    enlarged: float = 0.0,
) -> bytes:
    """Return the ZIP for a person's finished portrait (our own JPEG).

    ``rung`` is how far their photo was changed, ``crops`` are the preset's, ``place`` is where the head lies on the
    portrait. Nothing is enlarged to more than ``ENLARGED_AT_MOST`` times the portrait: such a file is smaller, and the
    text says so. ``enlarged`` is how far the portrait itself enlarges the photo, as its render says; the text tells both.
    Raises PhotoError for a portrait that cannot be read.
    """
    with Image.open(BytesIO(portrait)) as header:
        own = header.size
    avatar = (crops or Delivery().crops).get("avatar", PrintCrop())
    sizes = [_size(want, own, avatar, place) for want in KIT]
    made = list(zip(KIT, printed(portrait, sizes, place, rung), strict=True))
    pieces = [replace(_piece(want, one, place), enlarged=enlarged) for want, (one, _) in made]
    files = {f"{want.name}.jpg": _with_dots(data, want.dpi) for want, (_, data) in made}
    _, (_, first) = made[0]
    type_ = written(first[:HEAD])
    texts = (readme(language, person, rung, company, pieces, type_) for language in LANGUAGES)
    return _zipped({**dict(texts), **files})


def _size(want: Want, own: tuple[int, int], avatar: PrintCrop, place: Place | None) -> Size:
    """Return a file's size, not too much enlarged."""
    square = None if own[0] == own[1] else _SQUARE
    crop = {"whole": None, "square": square, "avatar": avatar}[want.crop]
    size = Size(want.name, min(want.height or own[1], LARGEST), want.max_bytes, crop)
    most = ENLARGED_AT_MOST * box_of(own, size, place).height
    return replace(size, height=min(size.height, most))


def _piece(want: Want, made: Print, place: Place | None) -> Piece:
    nearest = want.crop == "avatar" and place is not None and bool(made.note)
    return Piece(want.name, want.dpi, made, smaller=made.height < want.height, nearest=nearest)


def _with_dots(jpeg: bytes, dpi: int) -> bytes:
    """Return a JPEG whose header says how many dots an inch has (0: it says nothing); nothing is encoded anew."""
    if not dpi or jpeg[6:11] != _JFIF:
        return jpeg
    density = b"\x01" + 2 * dpi.to_bytes(2, "big")
    return jpeg[:13] + density + jpeg[18:]


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP that only depends on the files: no date, no compressor that changes with its version."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, data)
    return out.getvalue()

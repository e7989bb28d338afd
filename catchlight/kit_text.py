"""The words in a personal kit: which file is for what, an alternative text, what was changed, a caption."""

import textwrap
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from catchlight.delivery import ENLARGED_AT_MOST, Print
from catchlight.records import Employee, Rung
from catchlight.source_type import SourceType

_TEXTS = Path(__file__).parent / "kit_texts"
LANGUAGES = ("en", "de")
_WIDTH = 78
_CM = 2.54
_LONGEST = 120
_WORTH = 1.05  # times enlarged; less is not worth a sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """One file as it was made: its name and the dots of an inch (0: not for print).

    ``enlarged`` is how far the portrait that it was made from enlarges the photo. ``smaller``: than usual, so as not to be enlarged too much; ``nearest``: the portrait has no room for a closer crop.
    """

    name: str
    dpi: int
    made: Print
    smaller: bool = False
    nearest: bool = False
    enlarged: float = 0.0

    @property
    def times(self) -> float:
        """How far this file enlarges the portrait."""
        return self.made.height / self.made.box[3]


def readme(
    language: str,
    person: Employee,
    rung: str,
    company: str,
    pieces: Sequence[Piece],
    type_: SourceType | None = None,
) -> tuple[str, bytes]:
    """Return the name and the bytes of the text in a language, as Windows' own editor reads it; ``type_`` is what the files name."""
    texts = _texts(language)
    caption = disclosure(language, rung, type_)
    text = "\n".join(_lines(texts, person, Rung(rung), company, pieces, caption))
    return texts["file"], text.replace("\n", "\r\n").encode("utf-8-sig")


def alt_text(language: str, person: Employee) -> str:
    """Return an alternative text: who is seen, and nothing about how they look."""
    said = {"name": _line(person.name), "title": _line(person.title)}
    return str(_texts(language)["alt_more" if said["title"] else "alt"].format_map(said))


def disclosure(language: str, rung: str, type_: SourceType | None) -> str:
    """Return the caption that says how far the photo was changed, after the mark that a picture of this type has anywhere."""
    said, marked = _texts(language)["rungs"][Rung(rung)]["caption"], mark(language, type_)
    if rung == Rung.KEEP and marked:
        return f"{marked}."
    return f"{marked or _texts(language)['marks']['none']}: {said}."


def mark(language: str, type_: SourceType | None) -> str:
    """Return the line by which people see that a picture was edited, "" where it need not be told."""
    return str(_texts(language)["marks"].get(type_, ""))


def changed(language: str, rung: str) -> str:
    """Return what was done to the photo, in full sentences."""
    return str(_texts(language)["rungs"][Rung(rung)]["changed"])


def _lines(
    texts: Mapping[str, Any],
    person: Employee,
    rung: Rung,
    company: str,
    pieces: Sequence[Piece],
    caption: str,
) -> Iterator[str]:
    title = texts["title"].format(name=_line(person.name))
    yield from (title, "=" * len(title))
    if company:
        yield from ("", texts["for"].format(company=_line(company)))
    yield from _headed(texts["files"])
    for piece in pieces:
        yield from _piece(texts, piece)
    language = texts["language"]
    yield from (*_headed(texts["alt_title"]), *_wrapped(alt_text(language, person)))
    yield from (*_headed(texts["changed"]), *_wrapped(texts["rungs"][rung]["changed"]))
    yield from (*_headed(texts["caption_title"]), *_wrapped(caption))
    yield from ("", *_wrapped(texts["disclosure"]), "")


def _headed(title: str) -> tuple[str, ...]:
    return "", title, "-" * len(title)


def _piece(texts: Mapping[str, Any], piece: Piece) -> Iterator[str]:
    yield f"{piece.name}.jpg   {_size(texts, piece)}"
    for said in (texts["uses"][piece.name], *_notes(texts, piece)):
        yield from _wrapped(said, "    ")


def _size(texts: Mapping[str, Any], piece: Piece) -> str:
    width, height = piece.made.width, piece.made.height
    said = [texts["pixels"].format(width=width, height=height)]
    if piece.dpi:
        wide, high = (_number(texts, side / piece.dpi * _CM) for side in (width, height))
        said.append(texts["print"].format(wide=wide, high=high, dpi=piece.dpi))
    return " = ".join(said)


def _notes(texts: Mapping[str, Any], piece: Piece) -> Iterator[str]:
    once, before = piece.times > _WORTH, piece.enlarged > _WORTH
    times, total = _number(texts, piece.times), _number(texts, piece.times * piece.enlarged)
    if once:
        yield texts["enlarged_twice" if before else "enlarged"].format(times=times, total=total)
    elif before and piece.times * piece.enlarged > _WORTH:
        yield texts["enlarged_before"].format(total=total)
    if piece.smaller:
        yield texts["smaller"].format(most=ENLARGED_AT_MOST)
    if piece.nearest:
        yield texts["nearest"]


def _number(texts: Mapping[str, Any], value: float) -> str:
    return f"{value:.1f}".replace(".", texts["point"])


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _line(text: str) -> str:
    """Return text as one line without anything invisible."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return " ".join(kept.split())[:_LONGEST]


@cache
def _texts(language: str) -> Mapping[str, Any]:
    found = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return found | {"language": language}

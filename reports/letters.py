"""What people are written: plain text with one link, in each language that has a file in letter_texts/."""

import re
import textwrap
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from catchlight.days import last_day
from catchlight.errors import ConfigError

_TEXTS = Path(__file__).parent / "letter_texts"
_LONGEST_NAME = 60
_REASONS = 3
_EMOJI = re.compile("[\N{VARIATION SELECTOR-16}\u20e3\u2600-\u27bf\U0001f000-\U0001faff]")
_ADDRESS = re.compile(r"\.\S")  # a dot inside a word: mail programs make a link of it


@dataclass(frozen=True, slots=True)
class Occasion:
    """What one letter says. ``reasons`` are the verdict's codes with their English sentences.

    ``basis`` is the agreement by which silence publishes, "" where silence keeps the old photo. Of somebody
    who ``answered`` nothing is asked: what they said holds.
    """

    kind: str
    name: str
    company: str
    link: str
    deadline: datetime
    timezone: str = "UTC"
    contact: str = ""
    basis: str = ""
    retake: bool = False
    answered: bool = False
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> bool:
        """Whether a photo is asked for because there is none at all."""
        return self.retake and any(code == "photo.missing" for code, _ in self.reasons)

    @property
    def publishes(self) -> bool:
        """Whether the letter says that silence publishes."""
        return _silence(self) == "publish"


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject and text."""

    subject: str
    text: str


def languages() -> tuple[str, ...]:
    """Return the languages that letters can be written in."""
    return tuple(sorted(file.stem for file in _TEXTS.glob("*.toml")))


def write(language: str, occasion: Occasion, width: int = 0) -> Words:
    """Return the letter for an occasion; ConfigError for a language that has no texts.

    With a ``width`` lines are broken between words, as mail wants it.
    """
    texts = _texts(language)
    own = texts[_section(occasion)]
    said = {
        "company": _line(occasion.company),
        "reasons": _reasons(texts, language, occasion),
        "link": occasion.link,
        "deadline": _deadline(texts["deadline"], occasion.deadline, occasion.timezone),
        "basis": _line(occasion.basis).rstrip("."),
        "contact": _line(occasion.contact),
        "name": _greetable(occasion.name),
    }
    parts = (
        texts["greeting"]["named" if said["name"] else "plain"],
        own["why"],
        texts["link"]["here"],
        texts["silence"][_silence(occasion)],
        texts["questions"]["known" if said["contact"] else "unknown"],
        texts["closing"]["text"],
    )
    text = "\n\n".join(part.strip().format_map(said) for part in parts)
    return Words(_line(own["subject"].format_map(said)), _wrapped(text, width) if width else f"{text}\n")


def _silence(occasion: Occasion) -> str:
    if occasion.answered:
        return "answered"
    if occasion.missing:
        return "missing"
    return "retake" if occasion.retake else "publish" if occasion.basis else "keep"


def _section(occasion: Occasion) -> str:
    if occasion.kind.startswith("remind"):
        return "remind_missing" if occasion.missing else "remind_retake" if occasion.retake else "remind"
    return "missing" if occasion.missing and occasion.kind == "retake" else occasion.kind


@cache
def _texts(language: str) -> Mapping[str, Any]:
    if language not in languages():
        message = f"languages: there are no letters in {language!r}; there are: {', '.join(languages())}"
        raise ConfigError(message)
    return tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


def _reasons(texts: Mapping[str, Any], language: str, occasion: Occasion) -> str:
    """Return what is wrong with the photo, each on its line; what keeps it from being used comes alone."""
    grave = [(code, said) for code, said in occasion.reasons if _is_grave(code)] or list(occasion.reasons)
    told = [_reason(texts["reasons"], language, code, said) for code, said in grave[:_REASONS]]
    return "\n".join(f"- {said}" for said in dict.fromkeys(told or [texts["reasons"]["other"]]))


def _is_grave(code: str) -> bool:
    return code.endswith(".far") or code.startswith(("photo.", "face."))


def _reason(known: Mapping[str, str], language: str, code: str, sentence: str) -> str:
    usual = _line(sentence) if language == "en" and sentence else known["other"]
    return known.get(code, usual)


def _deadline(texts: Mapping[str, Any], at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    day = last_day(at, local.tzinfo or UTC)
    return str(texts["text" if day == local.date() else "whole_day"]).format(
        weekday=texts["weekdays"][day.weekday()],
        day=day.day,
        month=texts["months"][day.month - 1],
        year=day.year,
        time=f"{local:%H:%M}",
        zone=timezone,
    )


def _greetable(name: str) -> str:
    """Return a name that can stand in a letter, without emoji; "" for one that could be taken for something else."""
    name = _line("".join(" " if _EMOJI.match(c) else c for c in name))
    plain = all(unicodedata.category(c)[0] in "LM" or c in " .,'’-" for c in name)
    return name if plain and len(name) <= _LONGEST_NAME and not _ADDRESS.search(name) else ""


def _line(text: str) -> str:
    """Return text as one line without anything invisible: it can end no header and hide nothing."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


def _wrapped(text: str, width: int) -> str:
    """Break long lines between words; a link stays whole."""
    lines = (
        textwrap.wrap(
            line,
            width,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent="  " * line.startswith("- "),
        )
        for line in text.splitlines()
    )
    return "\n".join(part for found in lines for part in found or [""]) + "\n"

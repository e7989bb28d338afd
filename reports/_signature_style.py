"""A company's signatures: its folder, read and tried; one person's signature from it.

The folder holds ``signature.toml``, and where it likes ``phones.csv`` and ``templates/``. Every template is
tried on people whose names break signatures when the folder is loaded, so that none fails later.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import jinja2

from catchlight.cropping import Place
from catchlight.errors import ConfigError
from catchlight.records import Employee
from reports import _signature_fields as fields
from reports import _signature_samples as samples
from reports._signature_phones import Numbers, read_phones, written
from reports._signature_picture import File, picture_file
from reports._signature_rules import validate
from reports._signature_settings import FILE, Settings, Words, in_language, load_settings
from reports._signature_templates import BUILT_IN, environment, render, template_names

Way = Literal["web", "file", "add-in"]
"""Where a signature goes: into a mailbox as HTML alone, into a file with pictures beside it, or to an Outlook add-in."""
_CARRIES: Mapping[str, tuple[Way, ...]] = {
    "none": (), "hosted": ("web", "file", "add-in"), "cid": ("file", "add-in"), "inline-file": ("file",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature: HTML for the body of a message, plain text, and the picture that it shows (None: none)."""

    html: str
    text: str
    language: str
    template: str
    picture: File | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A company's signatures, checked: ``templates`` are the names that there are."""

    folder: Path
    settings: Settings
    templates: tuple[str, ...]
    numbers: Mapping[str, Numbers] = field(default_factory=dict, repr=False)
    environment: jinja2.Environment = field(default_factory=jinja2.Environment, repr=False)

    def language_of(self, wanted: str) -> str:
        """Return the language for a wish such as ``de-AT``, of those that the company signs in."""
        known = {one.casefold(): one for one in self.settings.languages}
        wanted = wanted.replace("_", "-").casefold()
        return known.get(wanted) or known.get(wanted.partition("-")[0]) or self.settings.languages[0]

    def words(self, language: str) -> Words:
        """Return the few words of a language."""
        return self.settings.words.get(language) or built_in_words()[language.partition("-")[0]]


def load_style(folder: Path) -> Style:
    """Read a company's folder and try every template; ConfigError names the key, or the template and the rule."""
    settings = load_settings(folder)
    names = template_names(folder)
    style = Style(folder, settings, tuple(names), read_phones(folder), environment(folder))
    for told in chain(_unknown(style), tried(style)):
        message = f"{folder / FILE}: {told}"
        raise ConfigError(message)
    return style


def _unknown(style: Style) -> Iterator[str]:
    """Yield which templates and languages are named and not there."""
    settings = style.settings
    for used in (settings.template, *settings.templates.values(), *settings.pictures.sides):
        if used not in style.templates:
            yield f"there is no template {used!r}; there are: {', '.join(style.templates)}"
    for language in settings.languages:
        if language not in settings.words and language.partition("-")[0] not in built_in_words():
            yield f"languages: {language!r} needs [words.{language}]: phone, mobile, email, portrait"


def with_numbers(style: Style, numbers: Mapping[str, Numbers]) -> Style:
    """Return the style with other people's numbers."""
    return replace(style, numbers=numbers)


def tried(style: Style) -> Iterator[str]:
    """Yield what breaks in any template, in any language, with any of the people who break signatures."""
    for name in style.templates:
        for language in style.settings.languages:
            for person, html in _trials(style, name, language):
                for told in validate(html):
                    yield f"template {name!r} ({language}), {person.name[:20]!r}: {told}"


def longest(style: Style, template: str, language: str) -> tuple[int, int]:
    """Return the characters of the longest signature without a picture, and with one."""
    lengths = [len(html) for _, html in _trials(style, template, language)]
    return max(lengths[::2]), max(lengths[1::2])


def _trials(style: Style, name: str, language: str) -> Iterator[tuple[Employee, str]]:
    """Yield everybody's signature, without and with a picture."""
    trial = with_numbers(style, samples.NUMBERS)
    face = File("0" * 24 + ".png", b"", style.settings.pictures.side_of(name))
    address = style.settings.pictures.address or "pictures/{file}"
    for person in samples.PEOPLE:
        for picture in (None, face):
            yield person, signature_of(trial, person, language, name, picture, address).html


def sign(
    style: Style,
    person: Employee,
    portrait: bytes = b"",
    *,
    language: str = "",
    place: Place | None = None,
    way: Way = "web",
    template: str = "",
) -> Signature:
    """Return a person's signature for one way of sending it.

    ``portrait`` is their finished portrait (JPEG, b"" for none), ``place`` where the head lies on it. Whether it is
    shown, and how it is addressed, is the company's ``pictures.mode``; in a language that the company does not sign
    in, the usual one is used. Raises PhotoError for a portrait that cannot be read.
    """
    name = template or style.settings.template_of(person.department)
    picture, pictures = None, style.settings.pictures
    if portrait and carries(style, way):
        side = pictures.side_of(name)
        picture = picture_file(person.id, portrait, side, pictures, style.settings.colours, place)
    return signature_of(style, person, language or person.language, name, picture, address_of(style, way))


def carries(style: Style, way: Way) -> bool:
    """Whether the company's signatures show a picture when they go this way."""
    return way in _CARRIES[style.settings.pictures.mode]


def address_of(style: Style, way: Way) -> str:
    """Return how a picture is addressed that goes this way; ``{file}`` is its name."""
    beside = "cid:{file}" if way == "add-in" else "pictures/{file}"
    return style.settings.pictures.address or beside


def signature_of(
    style: Style, person: Employee, language: str, template: str, picture: File | None, address: str
) -> Signature:
    """Return a signature that shows a picture, if any, at an address (``{file}`` is its name)."""
    language = style.language_of(language)
    said = _said(style, person, language)
    shown = {
        "source": address.replace("{file}", picture.name),
        "side": picture.side,
        "alt": _alt(style, language, said["person"].name, picture),
    } if picture else None  # fmt: skip
    html = render(style.environment, template, language, said | {"picture": shown})
    return Signature(html, _text(said), language, template, picture)


def _alt(style: Style, language: str, name: str, picture: File) -> str:
    """Return who is seen, and that the photo was edited where it was."""
    words = style.words(language)
    mark = words.mark(picture.type) if style.settings.pictures.disclosure else ""
    return words.portrait.replace("{name}", name) + (f" ({mark})" if mark else "")


def _said(style: Style, person: Employee, language: str) -> dict[str, Any]:
    settings, words = style.settings, style.words(language)
    entity, usual = settings.entity(person.entity), settings.languages[0]
    numbers = written(style.numbers.get(person.id, Numbers()), entity.phone)
    right_to_left = language.partition("-")[0] in fields.RIGHT_TO_LEFT
    banner = settings.banner and settings.banner.model_dump() | {
        "alt": in_language(settings.banner.alt, language, usual)
    }
    return {
        "person": fields.writer(person, numbers, words),
        "company": fields.company(entity, language, usual),
        "links": fields.links(settings, entity, language),
        "banner": banner,
        "colours": settings.colours.named() | {"background": settings.colours.background},
        "font": settings.font,
        "words": words.model_dump(),
        "language": language,
        "dir": "rtl" if right_to_left else "ltr",
        "start": "right" if right_to_left else "left",
    }


def _text(said: Mapping[str, Any]) -> str:
    """Return the plain text: the same things, a line each."""
    person, company = said["person"], said["company"]
    blocks = (
        [person.name, " · ".join(filter(None, (person.title, person.department)))],
        [f"{label} {one.text}" for label, one in person.ways] + ([person.email.text] if person.email else []),
        [company.name, *company.address, *(_plain(one) for one in said["links"])],
        list(company.legal),
    )
    return "\n\n".join("\n".join(filter(None, block)) for block in blocks if any(block)) + "\n"


def _plain(link: fields.Link) -> str:
    return link.text if link.text in link.address else f"{link.text}: {link.address}"


@cache
def built_in_words() -> Mapping[str, Words]:
    """Return the words of the languages that come with Catchlight."""
    files = sorted((BUILT_IN / "texts").glob("*.toml"))
    return {file.stem: Words.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in files}

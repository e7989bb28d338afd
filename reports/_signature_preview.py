"""All signatures of a company on one page for its brand owner: every template, language, ground and density.

The page is one file that fetches nothing: pictures are inside it.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from catchlight.cropping import Place
from catchlight.records import Employee
from reports._signature_colours import turned
from reports._signature_picture import File, picture_file
from reports._signature_style import Style, signature_of
from reports.templates import templates

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Sitter:
    person: Employee
    portrait: bytes
    place: Place | None


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    ground: str
    html: str
    twice: bool


def preview(
    style: Style,
    people: Sequence[tuple[Employee, bytes]],
    places: Mapping[str, Place] | None = None,
    anew: int = 0,
) -> str:
    """Return the sheet for a few people, each with their portrait (JPEG, b"" for none).

    ``places`` says where the head lies on a portrait, by employee id. A page is read ``anew`` after so many seconds (0: never).
    """
    shown = [_Sitter(person, portrait, (places or {}).get(person.id)) for person, portrait in people]
    settings = style.settings
    said = {
        "company": settings.company,
        "languages": settings.languages,
        "mode": settings.pictures.mode,
        "banner": settings.banner,
        "sections": [{"name": name, "rows": list(_rows(style, name, shown))} for name in style.templates],
    }
    return _page(said, anew)


def trouble(sentence: str, anew: int = 0) -> str:
    """Return the page that says why there is no sheet."""
    return _page({"company": "", "trouble": sentence, "sections": []}, anew)


def _page(said: Mapping[str, Any], anew: int) -> str:
    css = (_HERE / "signature_preview.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    inside = {"trouble": "", "css": css, "hash": f"'sha256-{digest}'", "anew": anew}
    return templates(_HERE).get_template("signature_preview.html.j2").render({**inside, **said})


def _rows(style: Style, name: str, people: Sequence[_Sitter]) -> Iterator[Mapping[str, Any]]:
    pictures = [_picture(style, name, sitter) for sitter in people]
    for language in style.settings.languages:
        for sitter, (picture, source) in zip(people, pictures, strict=True):
            written = partial(signature_of, person=sitter.person, language=language, template=name)
            shown = partial(written, picture=picture, address=source)
            yield {
                "language": language,
                "person": sitter.person.name,
                "characters": len(written(style, picture=None, address="").html),
                "panels": [
                    _Panel(title, ground, shown(_in(style, ink)).html, twice)
                    for title, ground, ink, twice in _grounds(style)
                ],
            }


def _picture(style: Style, name: str, sitter: _Sitter) -> tuple[File | None, str]:
    """Return a person's picture and its address, which holds all of it."""
    settings = style.settings
    if not sitter.portrait or settings.pictures.mode == "none":
        return None, ""
    side = settings.pictures.side_of(name)
    file = picture_file(
        sitter.person.id, sitter.portrait, side, settings.pictures, settings.colours, sitter.place
    )
    return file, f"data:{file.kind};base64,{base64.b64encode(file.data).decode()}"


def _grounds(style: Style) -> Iterator[tuple[str, str, Mapping[str, str], bool]]:
    """Yield what a panel is called, its ground, the colours on it, and whether it is shown twice as large."""
    inks = style.settings.colours.named()
    yield "On white", "white", inks, False
    yield "In the dark, where the client asks us", "dark", style.settings.colours.dark.named(), False
    yield "In the dark, as Outlook turns it", "turned", {key: turned(one) for key, one in inks.items()}, False
    yield "At double size", "white", inks, True


def _in(style: Style, ink: Mapping[str, str]) -> Style:
    """Return the style in other colours; they were checked when it was loaded."""
    colours = style.settings.colours.model_copy(update=dict(ink))
    return replace(style, settings=style.settings.model_copy(update={"colours": colours}))

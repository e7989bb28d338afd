"""All signatures of a company on one page for its brand owner: every template, language, ground and density.

The page is one file that fetches nothing: pictures are inside it.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catchlight.records import Employee
from reports._signature_colours import turned
from reports._signature_picture import picture_file
from reports._signature_style import Style, signature_of
from reports.templates import templates

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    ground: str
    html: str
    twice: bool = False


def preview(style: Style, people: Sequence[tuple[Employee, bytes]]) -> str:
    """Return the sheet for a few people, each with their portrait (JPEG, b"" for none)."""
    css = (_HERE / "signature_preview.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    settings = style.settings
    said = {
        "company": settings.company,
        "languages": settings.languages,
        "mode": settings.pictures.mode,
        "banner": settings.banner,
        "sections": [{"name": name, "rows": list(_rows(style, name, people))} for name in style.templates],
        "css": css,
        "hash": f"'sha256-{digest}'",
    }
    return templates(_HERE).get_template("signature_preview.html.j2").render(said)


def _rows(style: Style, name: str, people: Sequence[tuple[Employee, bytes]]) -> Iterator[Mapping[str, Any]]:
    for language in style.settings.languages:
        for person, portrait in people:
            panels = list(_panels(style, name, language, person, portrait))
            plain = signature_of(style, person, language, name, None, "").html
            yield {"language": language, "person": person.name, "characters": len(plain), "panels": panels}


def _panels(style: Style, name: str, language: str, person: Employee, portrait: bytes) -> Iterator[_Panel]:
    pictures, picture, source = style.settings.pictures, None, ""
    if portrait and pictures.mode != "none":
        picture = picture_file(person.id, portrait, pictures.side_of(name), pictures, style.settings.colours)
        source = f"data:{picture.kind};base64,{base64.b64encode(picture.data).decode()}"
    inks = style.settings.colours.named()
    for title, ground, ink in (
        ("On white", "white", inks),
        ("In the dark, where the client asks us", "dark", style.settings.colours.dark.named()),
        ("In the dark, as Outlook turns it", "turned", {key: turned(one) for key, one in inks.items()}),
    ):
        yield _Panel(
            title, ground, signature_of(_in(style, ink), person, language, name, picture, source).html
        )
    html = signature_of(style, person, language, name, picture, source).html
    yield _Panel("At double size", "white", html, twice=True)


def _in(style: Style, ink: Mapping[str, str]) -> Style:
    """Return the style in other colours; they were checked when it was loaded."""
    colours = style.settings.colours.model_copy(update=dict(ink))
    return replace(style, settings=style.settings.model_copy(update={"colours": colours}))

"""The page from which one person copies their signature, with the steps for their mail program.

It asks for nothing but its own style sheet, script and pictures. Only style attributes are allowed beside them,
because the signature cannot do without.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catchlight.cropping import Place
from catchlight.records import Employee
from reports._signature_style import Style, sign, signature_of
from reports.templates import templates

_HERE = Path(__file__).parent
_TEXTS = _HERE / "signature_page_texts"
_FILES = {kind: f"signature_page.{kind}" for kind in ("css", "js")}


@dataclass(frozen=True, slots=True)
class Where:
    """Where a page finds things: the folders of the picture and of ``page_assets``, ending in ``/``, and the ``.htm``.

    Without ``download`` there is no link to the ``.htm``.
    """

    pictures: str = "pictures/"
    assets: str = ""
    download: str = ""


def page(
    style: Style,
    person: Employee,
    portrait_jpeg: bytes = b"",
    language: str = "",
    *,
    place: Place | None = None,
    where: Where | None = None,
) -> str:
    """Return a person's page, in their language where there is one, else in English.

    Given the same portrait and ``place`` as ``bundle``, it shows the picture that lies there.
    """
    where = where or Where()
    signed = sign(style, person, portrait_jpeg, language=language, place=place, way="file")
    picture = signed.picture
    if picture and not style.settings.pictures.address:
        signed = signature_of(
            style, person, signed.language, signed.template, picture, where.pictures + "{file}"
        )
    said = {
        "t": _texts(signed.language),
        "company": style.settings.entity(person.entity).company,
        "signature": signed,
        "policy": page_policy(style),
        "picture": where.pictures + picture.name if picture and not style.settings.pictures.address else "",
        "download": where.download,
        "start": where.assets,
        "assets": {name.rpartition(".")[2]: name for name in page_assets()},
    }
    return templates(_HERE).get_template("signature_page.html.j2").render(said)


def page_policy(style: Style) -> str:
    """Return the Content-Security-Policy of the page; a server that sends one of its own sends this for it."""
    settings = style.settings
    elsewhere = (settings.pictures.address, settings.banner.image if settings.banner else "")
    hosts = sorted({f"https://{urlsplit(address).netloc}" for address in elsewhere if address})
    pictures = " ".join(("'self'", "data:", *hosts))  # data: is what travels in the clipboard
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'self'; "
        "style-src-attr 'unsafe-inline'; script-src 'self'; base-uri 'none'; form-action 'none'"
    )


@cache
def page_assets() -> Mapping[str, bytes]:
    """Return the page's style sheet and script by name; another content has another name."""
    files = {kind: (_HERE / name).read_bytes() for kind, name in _FILES.items()}
    return {f"signature.{hashlib.sha256(data).hexdigest()[:16]}.{kind}": data for kind, data in files.items()}


@cache
def _texts(language: str) -> Mapping[str, Any]:
    known = {file.stem for file in _TEXTS.glob("*.toml")}
    one = next((name for name in (language, language.partition("-")[0]) if name in known), "en")
    return tomllib.loads((_TEXTS / f"{one}.toml").read_text(encoding="utf-8")) | {"language": one}

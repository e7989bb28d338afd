"""The page from which people put their portrait into Slack themselves, where no administrator can do it for them.

It needs no script and asks for nothing but the picture: as a page of a server behind somebody's own session, with
``POLICY`` as its Content-Security-Policy, or as a file with the picture beside it.
"""

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catchlight.errors import ConfigError
from reports.templates import templates

__all__ = ["FILE", "POLICY", "languages", "page"]

FILE = "slack-portrait.jpg"
"""What the picture is called once it is downloaded."""

_HERE = Path(__file__).parent
_TEXTS = _HERE / "slack_page_texts"
_STYLE = (_HERE / "slack_page.css").read_text(encoding="utf-8")
_ALLOWED = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_DATA = re.compile(r"data:image/(jpeg|png);base64,[A-Za-z0-9+/]+=*")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")

POLICY = f"default-src 'none'; img-src 'self' data:; style-src 'sha256-{_ALLOWED}'; base-uri 'none'; form-action 'none'"


def languages() -> tuple[str, ...]:
    """Return the languages that the page can be written in."""
    return tuple(sorted(file.stem for file in _TEXTS.glob("*.toml")))


def page(name: str, picture_href: str, language: str) -> str:
    """Return the page of one person.

    ``picture_href`` is where their picture of 1024 pixels is: an address of the same site, the name of a file beside the
    page, or the picture itself (``data:``). ConfigError for a language that has no texts, ValueError for another address.
    """
    if not _DATA.fullmatch(picture_href) and not _same_site(picture_href):
        message = (
            f"{picture_href[:60]!r}: an address of the same site, such as /me/slack.jpg, or a data: picture"
        )
        raise ValueError(message)
    said: dict[str, Any] = {
        "t": _texts(language), "language": language, "name": name, "picture": picture_href, "file": FILE,
        "style": _STYLE, "policy": POLICY,
    }  # fmt: skip
    return templates(_HERE).get_template("slack_page.html.j2").render(said)


def _same_site(href: str) -> bool:
    parts = urlsplit(href)
    return bool(parts.path) and not (
        parts.scheme or parts.netloc or _CONTROL.search(href) or href.startswith("//")
    )


@cache
def _texts(language: str) -> Mapping[str, Any]:
    if language not in languages():
        message = (
            f"language: there is no page about Slack in {language!r}; there are: {', '.join(languages())}"
        )
        raise ConfigError(message)
    return tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))

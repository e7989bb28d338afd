"""The subset of HTML that Outlook's Word engine, Gmail and Apple Mail all show alike, as rules with names."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

GMAIL = 10_000
"""Characters that Gmail takes in a signature."""
ADD_IN = 30_000
"""Characters that an Outlook add-in may set."""

_EVERYWHERE = frozenset({"style", "class", "dir", "lang"})
_TABLE = frozenset({"width", "align", "valign", "bgcolor"}) | _EVERYWHERE
_TAGS: dict[str, frozenset[str]] = {
    "html": _EVERYWHERE | {"xmlns:o"}, "head": frozenset(), "body": _EVERYWHERE, "title": frozenset(),
    "meta": frozenset({"charset", "name", "content", "http-equiv"}), "style": frozenset(),
    "table": _TABLE | {"role", "border", "cellpadding", "cellspacing"}, "tbody": frozenset(), "tr": _TABLE,
    "td": _TABLE | {"height", "colspan", "rowspan", "nowrap"},
    "img": _EVERYWHERE | {"src", "alt", "width", "height", "border"}, "a": _EVERYWHERE | {"href", "title", "target"},
    "br": frozenset(), "span": _EVERYWHERE, "b": _EVERYWHERE, "strong": _EVERYWHERE, "i": _EVERYWHERE, "em": _EVERYWHERE,
}  # fmt: skip
_VOID = {"meta", "img", "br"}
_PROPERTIES = {
    "color", "background-color", "font-family", "font-size", "font-weight", "font-style", "line-height", "letter-spacing",
    "text-decoration", "text-align", "vertical-align", "white-space", "word-break", "width", "height", "display",
    "padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "border", "border-top", "border-right",
    "border-bottom", "border-left", "border-collapse", "border-spacing", "direction", "mso-line-height-rule",
    "mso-table-lspace", "mso-table-rspace", "outline", "margin",
}  # fmt: skip
_VALUE = re.compile(r"[#\w\s.,%'-]+")
_UNITS = re.compile(r"(?<![#\w])-?\d*\.?\d+(rem|em|vw|vh|ch|fr|cm|mm|in)\b")
_SCHEMES = ("https", "mailto", "tel")
_FILE = re.compile(r"(pictures/)?[A-Za-z0-9_%-]+\.(png|jpe?g)")
_PICTURE_KINDS = re.compile(r"\.(webp|svg|avif|heic|tiff?)$", re.IGNORECASE)
_DARK = re.compile(
    r":root\{color-scheme:light dark\}@media \(prefers-color-scheme:dark\)"
    r"\{(\.[a-z-]+\{(color|background-color):#[0-9a-f]{6}!important\})*\}"
)
_PIXELS_PER_INCH = "<o:OfficeDocumentSettings>"


def validate(html: str, most: int = GMAIL) -> list[str]:
    """Return what in a signature breaks somewhere, a sentence each naming the rule; [] when nothing does.

    ``html`` is a part of a page or a whole one, ``most`` how many characters it may have.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    long = [f"length: {len(html)} characters, and at most {most} are taken"] if len(html) > most else []
    return list(dict.fromkeys(long + reader.found + [f"unclosed: <{tag}>" for tag in reader.open]))


class _Reader(HTMLParser):
    """Collects what breaks a rule."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # so that a < in text is one that nobody escaped
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold a tag and its attributes to the rules."""
        given = {name: value or "" for name, value in attrs}
        if tag not in _TAGS:
            self.found.append(f"tag: <{tag}> is not shown everywhere; use tables and spans")
        else:
            self.found += [f"attribute: {name} on <{tag}>" for name in given if name not in _TAGS[tag]]
        self.found += [*_style(given.get("style", "")), *_link(tag, given)]
        self.found += _picture(given) if tag == "img" else _sizes(tag, given)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold ``<br />`` to the same rules; ``<td />`` closes nothing."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Tags close in the order in which they were opened."""
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.append(f"order: </{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        """Hold a style sheet to the colours for the dark, and text to having been escaped."""
        if self.open and self.open[-1] == "style" and not _DARK.fullmatch(data.strip()):
            self.found.append("style sheet: only the colours for the dark; write styles inline")
        if "<" in data:
            self.found.append(f"text: a bare < before {data.partition('<')[2][:20]!r}")

    def handle_comment(self, data: str) -> None:
        """Allow the one comment that tells Word how many pixels an inch has."""
        if not (self.open == ["html", "head"] and _PIXELS_PER_INCH in data):
            self.found.append("comment: mail programs drop or show them; use none")

    def handle_pi(self, data: str) -> None:
        """Refuse what is for other languages."""
        self.found.append(f"declaration: <?{data[:20]}>")

    def unknown_decl(self, data: str) -> None:
        """Conditional comments that all programs read are none of HTML."""
        self.found.append(f"declaration: <![{data}]>")


def _style(style: str) -> Iterator[str]:
    for part in filter(None, map(str.strip, style.split(";"))):
        name, _, value = (text.strip().lower() for text in part.partition(":"))
        if name not in _PROPERTIES:
            yield f"style: {name} does not hold everywhere"
        elif not _VALUE.fullmatch(value) or _UNITS.search(value):
            yield f"style: {name}: {value} (plain values in px, pt or % only)"
        elif name == "display" and value not in {"block", "inline"}:
            yield f"style: display: {value}"
        elif name == "margin" and value != "0":
            yield "style: margin other than 0; use padding of a cell"


def _link(tag: str, given: dict[str, str]) -> Iterator[str]:
    if tag != "a":
        return
    href = given.get("href", "")
    if not is_link(href):
        yield f"link: {href[:60]!r} is none; only {', '.join(_SCHEMES)}"


def is_link(address: str) -> bool:
    """Whether an address may be linked to: https with a host, mailto or tel, nothing that could be read otherwise."""
    if any(c.isspace() or not c.isprintable() or c in '<>"\\' for c in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname) and parts.username is None
    return parts.scheme in _SCHEMES and bool(parts.path)


def _picture(given: dict[str, str]) -> Iterator[str]:
    source = given.get("src", "")
    if "alt" not in given:
        yield 'picture: alt is missing; write alt="" for one that says nothing'
    for name in ("width", "height"):
        if not given.get(name, "").isdecimal():
            yield f"picture: {name} must be a whole number without a unit"
        elif f"{name}:{given[name]}px" not in given.get("style", "").replace(" ", ""):
            yield f"picture: style must say {name}:{given[name]}px too"
    if _PICTURE_KINDS.search(urlsplit(source).path):
        yield f"picture: {source[-40:]!r}: Outlook shows png and jpeg"
    elif not (source.startswith(("https://", "cid:")) or _FILE.fullmatch(source)):
        yield f"picture: {source[:40]!r}: https, cid or a file beside it"


def _sizes(tag: str, given: dict[str, str]) -> Iterator[str]:
    for name in ("width", "height"):
        value = given.get(name, "")
        if name in given and not value.removesuffix("%").isdecimal():
            yield f"size: {name}={value!r} on <{tag}>; a whole number without a unit"

"""What a piece of HTML shows: words, links, pictures and how they are laid out, whatever the markup around them.

Mail programs clean what they are given: they drop comments, styles and classes, add wrappers, attributes and table
bodies, and write it all anew. Two pieces that show the same are the same here.
"""

from difflib import SequenceMatcher
from html.parser import HTMLParser
from urllib.parse import urlsplit

_BUILDS = {"table", "tr", "td", "ul", "ol", "li", "br", "hr", "p", "h1", "h2", "h3", "h4", "h5", "h6"}
_SAME = {"th": "td"}
_UNSEEN = {"style", "script", "title", "template", "noscript"}


def shown(html: bytes) -> tuple[str, ...]:
    """Return what is seen, in its order; () for nothing."""
    parser = _Shown()
    parser.feed(html.decode(errors="replace"))
    parser.close()
    parts = parser.all()
    while parts and parts[-1] == "<br>":
        parts.pop()
    return tuple(parts)


def shows_the_same(sent: bytes, there: bytes) -> bool:
    """Whether two pieces show the same."""
    return shown(sent) == shown(there)


def differences(sent: bytes, there: bytes) -> list[str]:
    """Return what is missing there and what was added, in words; at most three."""
    before, after = shown(sent), shown(there)
    found = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what in {"delete", "replace"}:
            found.append(f"without «{' '.join(before[i:j])[:80]}»")
        if what in {"insert", "replace"}:
            found.append(f"with «{' '.join(after[k:m])[:80]}»")
    return found[:3]


class _Shown(HTMLParser):
    """Collects words, and marks for what is more than words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._text = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins; ``br`` and ``img`` never end."""
        named = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "a" and named.get("href"):
            self._mark(f"<a {_address(named['href'])}>")
        elif tag == "img":
            self._mark(f"<img {_address(named.get('src', ''))} {' '.join(named.get('alt', '').split())}>")
        elif _SAME.get(tag, tag) in _BUILDS:
            self._mark(f"<{_SAME.get(tag, tag)}>")

    def handle_endtag(self, tag: str) -> None:
        """Note what ends, where that cannot be left out: paragraphs, rows and cells may end by themselves."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in {"a", "table"}:
            self._mark(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Note words."""
        self._text += "" if self._unseen else data

    def all(self) -> list[str]:
        """Return everything noted."""
        self._mark("")
        return self._parts

    def _mark(self, mark: str) -> None:
        words = " ".join(self._text.split())
        self._parts += [part for part in (words, mark) if part]
        self._text = ""


def _address(url: str) -> str:
    """Return an address as it is compared: a host without a path, and with /, are one."""
    parts = urlsplit(url.strip())
    return parts._replace(path=parts.path or "/").geturl() if parts.netloc else url.strip()

"""What a stand-in for Gmail makes of the HTML of a signature: cleaned and written anew, as mail programs do."""

from html import escape
from html.parser import HTMLParser

_DROPPED = {"script", "style", "title", "noscript", "template", "iframe", "object"}
_BARE = {"html", "head", "body", "meta", "link", "!doctype"}
_VOID = {"br", "hr", "img"}
_KEPT = {
    "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "dir", "height", "href", "src", "style", "valign",
    "width",
}  # fmt: skip
_SAFE = ("http:", "https:", "mailto:", "tel:")


def cleaned(html: str) -> str:
    """Return a signature as it is kept; "" stays ""."""
    if not html.strip():
        return ""
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return f'<div dir="ltr">{"".join(cleaner.out)}</div>'


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._unseen += 1
        elif tag not in _BARE and not self._unseen:
            self.out.append(f"<{tag}{self._attributes(tag, attrs)}>" + ("<tbody>" if tag == "table" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._unseen -= 1
        elif tag not in _BARE | _VOID and not self._unseen:
            self.out.append(("</tbody>" if tag == "table" else "") + f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.out.append(escape(data, quote=False))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        kept = [(name, value or "") for name, value in attrs if name in _KEPT]
        kept = [(n, v) for n, v in kept if n not in {"href", "src"} or v.strip().lower().startswith(_SAFE)]
        kept += [("target", "_blank")] if tag == "a" else []
        return "".join(f' {name}="{escape(value)}"' for name, value in sorted(kept))

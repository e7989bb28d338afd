"""The people wall: everybody who is published, as static pages and a manifest that an intranet can embed.

The pages work without a script, bring no inline style or script, and ask for nothing outside their folder.
With the script they can be searched. Pictures, styles and scripts are named by what is in them, so that no
cache ever shows an old face. The same people give the same bytes.
"""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catchlight.delivery import file_names
from catchlight.errors import ConfigError
from reports.lines import line
from reports.templates import templates

__all__ = ["FRAGMENT", "MANIFEST", "Face", "Member", "face_name", "languages", "wall"]

MANIFEST, FRAGMENT = "people.json", "fragment.html"

_HERE = Path(__file__).parent
_TEXTS = _HERE / "people_wall_texts"
_ON_A_PAGE = 120
_SLOT = 160  # CSS pixels of a portrait on the page
_FILE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._@-]*/)*[A-Za-z0-9_][A-Za-z0-9._@-]*\.jpg")


@dataclass(frozen=True, slots=True)
class Face:
    """One picture of a person: where it lies below the wall's folder, and how large it is."""

    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Member:
    """A person on the wall, with the same portrait in one or several sizes; ``mark`` tells that it was edited."""

    name: str
    faces: tuple[Face, ...]
    department: str = ""
    title: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Card:
    """A person as the page shows them: ``near`` for usual screens, ``dense`` for those of double density."""

    name: str
    department: str
    title: str
    mark: str
    near: Face
    dense: Face


def face_name(digest: str, height: int) -> str:
    """Return what a picture with this sha256 is called on a wall: another picture has another name."""
    return f"faces/{height}/{digest[:24]}.jpg"


def languages() -> tuple[str, ...]:
    """Return the languages that a wall can be written in."""
    return tuple(sorted(file.stem for file in _TEXTS.glob("*.toml")))


def wall(
    members: Sequence[Member], company: str, language: str = "en", address: str = ""
) -> dict[str, bytes]:
    """Return the files of a wall by their names below its folder; the pictures are not among them.

    ``address`` is where the wall is reached, for the fragment that another page takes in. Raises
    ConfigError for a language that has no texts, ValueError for a picture's name or an address that is none.
    """
    if address and urlsplit(address).scheme not in {"https", "http"}:
        message = f"{address!r}: an address such as https://intranet.example.com/people"
        raise ValueError(message)
    people = sorted((_plain(member) for member in members), key=_place_in_line)
    assets = {
        f"wall.{hashlib.sha256(data).hexdigest()[:16]}.{kind}": data for kind, data in _assets().items()
    }
    site = _Site(_texts(language), line(company), [_card(person) for person in people], list(assets))
    pages = {name: page.encode() for name, page in site.pages()}
    return pages | assets | {MANIFEST: _manifest(company, people), FRAGMENT: site.fragment(address).encode()}


class _Site:
    """What the pages of one wall share."""

    def __init__(
        self, texts: Mapping[str, str], company: str, cards: Sequence[_Card], assets: Sequence[str]
    ) -> None:
        self._texts, self._cards = texts, cards
        self._departments = _grouped(cards)
        names = file_names(self._departments)
        self._files = {one: f"department-{names[one].lower() or 'none'}" for one in self._departments}
        self._said = {
            "t": texts,
            "company": company,
            "departments": self._menu(),
            "slot": _SLOT,
            "manifest": MANIFEST,
            "assets": {asset.rpartition(".")[2]: asset for asset in assets},
        }

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield every page with its name: everybody, then each department, so many people at a time."""
        yield from self._paged("index", "", self._cards)
        for department, cards in self._departments.items():
            yield from self._paged(self._files[department], department or self._texts["no_department"], cards)

    def fragment(self, address: str) -> str:
        """Return the part that another page takes in, with everything addressed from there."""
        start = f"{address.rstrip('/')}/" if address else ""
        return _render(
            "people_wall_fragment.html.j2", self._page("index", "", self._cards, 0) | {"start": start}
        )

    def _paged(self, file: str, department: str, cards: Sequence[_Card]) -> Iterator[tuple[str, str]]:
        for number in range(max(1, -(-len(cards) // _ON_A_PAGE))):
            page = self._page(file, department, cards, number) | {"start": ""}
            yield _numbered(file, number), _render("people_wall.html.j2", page)

    def _page(self, file: str, department: str, cards: Sequence[_Card], number: int) -> dict[str, Any]:
        cuts = [cards[at : at + _ON_A_PAGE] for at in range(0, len(cards), _ON_A_PAGE)] or [[]]
        ranges = [self._range(cut) for cut in cuts]
        return self._said | {
            "department": department,
            "cards": cuts[number],
            "count": _counted(self._texts, len(cards)),
            "number": number,
            "pages": [(_numbered(file, n), text) for n, text in enumerate(ranges)],
        }

    def _menu(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one or self._texts["no_department"],
                "value": one,
                "page": f"{self._files[one]}.html",
                "people": len(cards),
            }
            for one, cards in self._departments.items()
        ]

    def _range(self, cards: Sequence[_Card]) -> str:
        return self._texts["range"].format(first=cards[0].name, last=cards[-1].name) if cards else ""


def _numbered(file: str, number: int) -> str:
    return f"{file}-{number + 1}.html" if number else f"{file}.html"


def _counted(texts: Mapping[str, str], people: int) -> str:
    return texts["one"] if people == 1 else texts["count"].format(count=f"{people:,}".replace(",", "\u202f"))


def _grouped(cards: Sequence[_Card]) -> dict[str, list[_Card]]:
    """Return the people of each department, the departments in order, whoever has none at the end."""
    found: dict[str, list[_Card]] = defaultdict(list)
    for card in cards:
        found[card.department].append(card)
    return {one: found[one] for one in sorted(found, key=lambda name: (not name, _folded(name), name))}


def _plain(member: Member) -> Member:
    """Return a person with texts that are one line each and turn nothing around."""
    for face in member.faces:
        if not _FILE.fullmatch(face.file):
            message = f"{face.file!r} is not the name of a picture of ours"
            raise ValueError(message)
    if not member.faces:
        message = f"{member.name!r} has no picture; only who is published is on the wall"
        raise ValueError(message)
    texts = (line(text) for text in (member.department, member.title, member.mark))
    return Member(line(member.name), member.faces, *texts)


def _card(member: Member) -> _Card:
    """Choose the pictures: the smallest that is large enough, else the largest."""
    by_size = sorted(member.faces, key=lambda face: min(face.width, face.height))

    def enough(side: int) -> Face:
        return next((face for face in by_size if min(face.width, face.height) >= side), by_size[-1])

    said = member.name, member.department, member.title, member.mark
    return _Card(*said, enough(_SLOT), enough(2 * _SLOT))


def _place_in_line(member: Member) -> tuple[str, str, str]:
    return _folded(member.name), member.name, member.faces[0].file


def _folded(text: str) -> str:
    """Return text as it is put in order: Élodie with Elodie, Zoë with Zoe."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _manifest(company: str, people: Sequence[Member]) -> bytes:
    told = {"version": 1, "company": line(company), "people": [asdict(member) for member in people]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode()


def _render(template: str, said: Mapping[str, Any]) -> str:
    return templates(_HERE).get_template(template).render(said)


@cache
def _assets() -> Mapping[str, bytes]:
    return {kind: (_HERE / f"people_wall.{kind}").read_bytes() for kind in ("css", "js")}


@cache
def _texts(language: str) -> Mapping[str, str]:
    if language not in languages():
        message = f"language: there is no people wall in {language!r}; there are: {', '.join(languages())}"
        raise ConfigError(message)
    return tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8")) | {"language": language}

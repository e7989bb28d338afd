"""The people wall's files: everybody once, nothing inline, names that change with what is in them."""

import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from catchlight.errors import ConfigError
from reports.people_wall import FRAGMENT, MANIFEST, Face, Member, languages, wall
from tests.wall_company import CROWD, HOSTILE, crowd, member


class Words(HTMLParser):
    """Collects a page's names, links and everything that a strict policy would not let happen."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links and what stands inline."""
        found = dict(attrs)
        self.inline += [name for name in found if name.startswith("on") or name == "style"]
        self.inline += [tag] * (tag == "style" or (tag == "script" and "src" not in found))
        self._in = str(found.get("class") or "") if tag == "bdi" else self._in
        if tag == "bdi" and self._in == "name":
            self.names.append("")
        self.links += [str(found[name]) for name in ("href", "src") if name in found]

    def handle_endtag(self, tag: str) -> None:
        """Leave a name."""
        self._in = "" if tag == "bdi" else self._in

    def handle_data(self, data: str) -> None:
        """Collect a name."""
        if self._in == "name":
            self.names[-1] += data


def read(data: bytes) -> Words:
    """Read one page."""
    words = Words()
    words.feed(data.decode())
    return words


def test_everybody_is_on_the_pages_once_and_nothing_is_inline() -> None:
    """From the first page links lead to everyone, exactly once; a policy without inline anything is enough."""
    files = wall(crowd(), "Example")
    pending, seen = ["index.html"], dict[str, Words]()
    while pending:
        name = pending.pop()
        seen[name] = read(files[name])
        pending += [
            link for link in seen[name].links if link.endswith(".html") and link not in [*seen, *pending]
        ]
    assert set(seen) == {name for name in files if name.endswith(".html")} - {FRAGMENT}
    for kind in ("index", "department"):
        names = [name for page, words in seen.items() if page.startswith(kind) for name in words.names]
        assert len(names) == len(set(names)) == CROWD + len(HOSTILE)
    assert [words.inline for words in seen.values() if words.inline] == []
    assert read(files[FRAGMENT]).inline == []
    links = {link for words in seen.values() for link in words.links}
    assert not [link for link in links if ":" in link or link.startswith(("/", ".")) or "{" in link]


def test_another_face_has_another_name_and_nothing_else_changes() -> None:
    """No cache can show an old face; who did not change keeps every byte, and so does a second time."""
    people = crowd(5)
    before = wall(people, "Example")
    assert wall(list(reversed(people)), "Example") == before
    after = wall([member("Person 00000", "Department 0", "Engineer 0", seed="new"), *people[1:]], "Example")
    old, new = people[0].faces[1].file, member("", seed="new").faces[1].file
    assert old != new
    assert old.encode() not in b"".join(after.values())
    changed = {name for name in before if before[name] != after[name]}
    assert new.encode() in after["index.html"]
    assert changed == {"index.html", "department-department-0-" + _mark("Department 0"), MANIFEST, FRAGMENT}


def _mark(department: str) -> str:
    files = wall([member("a", department)], "Example")
    (name,) = (name for name in files if name.startswith("department-"))
    return name.rpartition("-")[2]


def test_styles_and_scripts_are_named_by_what_is_in_them() -> None:
    """After an update no browser mixes the new page with an old script."""
    files = wall(crowd(1), "Example")
    for kind in ("css", "js"):
        (name,) = (name for name in files if name.endswith(f".{kind}"))
        assert name == f"wall.{hashlib.sha256(files[name]).hexdigest()[:16]}.{kind}"
        assert name.encode() in files["index.html"]


def test_the_manifest_says_who_is_there() -> None:
    """An intranet that draws its own wall finds names, departments, titles and pictures."""
    told = json.loads(wall([member("Ada", "R&D", "Engineer")], "Example")[MANIFEST])
    assert (told["version"], told["company"]) == (1, "Example")
    (ada,) = told["people"]
    assert (ada["name"], ada["department"], ada["title"]) == ("Ada", "R&D", "Engineer")
    assert [(face["width"], face["height"]) for face in ada["faces"]] == [(96, 96), (192, 192), (400, 400)]


def test_a_page_of_ten_thousand_people_is_small() -> None:
    """Nobody waits for a large company: a page carries a part of it, whatever its size."""
    files = wall(crowd(10_000), "Example")
    assert max(len(data) for name, data in files.items() if name.endswith(".html")) < 150_000
    assert len(files[MANIFEST]) < 5_000_000
    assert sum(
        len(read(data).names) for name, data in files.items() if name.startswith("index")
    ) == 10_000 + len(HOSTILE)


def test_what_cannot_be_shown_is_refused() -> None:
    """A language without texts, a person without a picture, a foreign file or address."""
    with pytest.raises(ConfigError, match=r"'xx'.*de, en"):
        wall([], "Example", "xx")
    with pytest.raises(ValueError, match="no picture"):
        wall([Member("Ada", ())], "Example")
    for file in ("../x.jpg", "/x.jpg", "javascript:alert(1)//.jpg", "x.svg", "faces/a b.jpg", ""):
        with pytest.raises(ValueError, match="not the name of a picture"):
            wall([Member("Ada", (Face(file, 1, 1),))], "Example")
    with pytest.raises(ValueError, match="an address such as"):
        wall([], "Example", address="javascript:alert(1)")
    assert "0 people" in wall([], "Example")["index.html"].decode()


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything(language: str) -> None:
    """No text is missing in any language, and the page says which one it is in."""
    page = wall(crowd(200), "Example", language)["index.html"].decode()
    assert f'<html lang="{language}">' in page
    assert not re.search(
        r"[{}]", page.replace("{{7*7}}{% raw %}", "").replace("{name}", "").replace("{count}", "")
    )

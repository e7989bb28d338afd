"""Which picture file belongs to which row: by the photo column, else by the name of the file."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator

Fields = Mapping[str, str]

PICTURES = (
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".webp",
    ".tif",
    ".tiff",
    ".bmp",
    ".gif",
    ".heic",
    ".heif",
    ".avif",
    # Not read, but somebody meant them as photos: each gets a row that says what to send instead.
    ".svg",
    ".jxl",
    ".jp2",
    ".psd",
    ".dng",
    ".cr2",
    ".cr3",
    ".nef",
    ".arw",
)
_FIELD = re.compile(r"\{(\w+)\}")
_PLACEHOLDERS = ("id", "email", "given_name", "family_name", "display_name", "username")
PHOTO_NAMES = (
    "{id}", "{id}_*", "{id}-*", "{id} *", "{id}(*", "{email}", "{username}",
)  # fmt: skip


def _template(name: str) -> str:
    stem = name.removesuffix(".*")
    used = re.findall(r"\{(\w*)\}", stem)
    if not used or not set(used) <= set(_PLACEHOLDERS) or "*" in stem[:-1] or "/" in stem:
        known = ", ".join(f"{{{field}}}" for field in _PLACEHOLDERS)
        message = f"{name!r}: a file name with {known}, and * only at its end, such as {{id}}_*"
        raise ValueError(message)
    return stem


PhotoName = Annotated[str, AfterValidator(_template)]


class RefusedError(ValueError):
    """A photo cell that must not be followed; the text says why."""


@dataclass(slots=True)
class Shelf:
    """The files of a folder by path, and the links that were not followed."""

    sizes: dict[str, int] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    _exact: dict[str, str] = field(default_factory=dict)
    _folded: dict[str, list[str]] = field(default_factory=dict)

    def add(self, file: str, size: int) -> None:
        """Put one file on the shelf; a path is found in any case and Unicode form."""
        self.sizes[file] = size
        self._exact[_nfc(file)] = file
        self._folded.setdefault(_fold(file), []).append(file)

    def find(self, name: str) -> str | None:
        """Return the file of this path, from the folder or from its ``photos/``."""
        for path in (name, f"photos/{name}"):
            alike = self._folded.get(_fold(path), [])
            found = self._exact.get(_nfc(path)) or (alike[0] if len(alike) == 1 else None)
            if found:
                return found
        return None

    def pictures(self) -> list[str]:
        """Return the picture files that names are matched with: those in ``photos/`` when it is there."""
        files = [file for file in self.sizes if file.casefold().endswith(PICTURES)]
        return [file for file in files if file.casefold().startswith("photos/")] or files


def cell_files(cell: str, shelf: Shelf) -> tuple[list[str], list[str]]:
    """Return the files that a photo cell names, and the names that are not there.

    Raises RefusedError when a name would lead out of the folder.
    """
    names = [cell] if shelf.find(cell) else re.split(r"[;|]", cell)
    found: dict[str, None] = {}
    missing = []
    for name in filter(None, map(str.strip, names)):
        file = shelf.find(_inside(name, shelf))
        if file:
            found[file] = None
        else:
            missing.append(name)
    return list(found), missing


def _inside(name: str, shelf: Shelf) -> str:
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:|[a-z]+://", path):
        message = "only a path inside the folder is taken, such as photos/1234.jpg"
        raise RefusedError(message)
    if ".." in path.split("/"):
        message = "a path with «..» is not followed"
        raise RefusedError(message)
    plain = str(PurePosixPath(path))
    for link in (plain, f"photos/{plain}"):
        if any(str(step) in shelf.links for step in (PurePosixPath(link), *PurePosixPath(link).parents)):
            message = "a link is not followed; put the picture itself there"
            raise RefusedError(message)
    return plain


def by_name(
    files: Iterable[str], people: Sequence[tuple[str, Fields]], templates: Iterable[str]
) -> dict[str, list[str]]:
    """Return whose each file could be by its name, the strictest template first.

    ``people`` are names with the fields of each; a name may come several times. A file of several owners is nobody's.
    """
    owners: dict[str, list[str]] = {}
    free = set(files)
    for template in templates:
        for form in (_nfc, _fold):
            wanted = _wanted(sorted((form(stem(f)), f) for f in free), people, template, form)
            owners |= wanted
            free -= wanted.keys()
    return owners


def _wanted(
    stems: list[tuple[str, str]],
    people: Sequence[tuple[str, Fields]],
    template: str,
    form: Callable[[str], str],
) -> dict[str, list[str]]:
    """Return every file that the template gives to someone, with all who could have it."""
    wanted: dict[str, dict[str, None]] = {}
    for person, fields in people:
        start = _filled(template.removesuffix("*"), fields)
        for file in _named(stems, form(start), more=template.endswith("*")) if start else ():
            wanted.setdefault(file, {})[person] = None
    return {file: list(found) for file, found in wanted.items()}


def _filled(template: str, fields: Fields) -> str:
    """Return the template with a person's fields; "" when one of them is empty."""
    values = [fields.get(name, "") for name in _FIELD.findall(template)]
    return _FIELD.sub(lambda found: fields[found[1]], template) if all(values) else ""


def _named(stems: list[tuple[str, str]], start: str, *, more: bool) -> Iterator[str]:
    """Yield the files whose stem is ``start``, or with ``more`` begins with it; ``*`` is a letter like others."""
    for place in range(bisect_left(stems, (start, "")), len(stems)):
        name, file = stems[place]
        if not name.startswith(start) or (not more and name != start):
            return
        yield file


def stem(file: str) -> str:
    """Return what a file is called, without its folder and ending."""
    return PurePosixPath(file).stem


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())

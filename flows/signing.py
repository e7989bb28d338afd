"""Signatures as something to publish: from a person and their portrait to what a destination gets."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from catchlight.company import Person, read_book
from catchlight.cropping import Place as Head
from catchlight.errors import PhotoError
from catchlight.home import Home
from catchlight.publish_crops import places
from catchlight.records import Employee
from catchlight.runs import run_folder
from catchlight.source_type import HEAD, marked, source_type, written
from reports.signatures import Style, bundle, load_style, sign


class Signing:
    """Everybody's signatures by one company folder, read when the first is asked for; threads may share it."""

    def __init__(self, home: Path, folder: Path) -> None:
        """Take the style from ``folder`` and portraits from ``home``."""
        self._home, self.folder = home, folder

    @cached_property
    def _style(self) -> Style:
        return load_style(self.folder)

    @cached_property
    def _heads(self) -> Mapping[str, Head]:
        return places(self._home, run_folder(self._home))

    def html(self, person: Employee, picture: str) -> Mapping[str, bytes]:
        """Return the signature for an account: HTML, the picture by its address where the company has one."""
        _must_be_named(person)
        signature = sign(self._style, person, self._portrait(person, picture), place=self._heads.get(picture))
        return {"*": signature.html.encode()}

    def files(self, person: Employee, picture: str) -> Mapping[str, bytes]:
        """Return the files that Outlook, an add-in and other tools take."""
        _must_be_named(person)
        return bundle(person, self._portrait(person, picture), self._style, place=self._heads.get(picture))

    @cached_property
    def _people(self) -> Mapping[str, Person]:
        return read_book(run_folder(self._home)).people

    def _portrait(self, person: Employee, picture: str) -> bytes:
        """Return a portrait with its source type, which those of older versions lack."""
        if self._style.settings.pictures.mode == "none":
            return b""
        portrait, known = Home(self._home).vault.get(picture), self._people.get(person.id)
        type_ = written(portrait[:HEAD]) or source_type(known.rung_of(picture) if known else "")
        return marked(portrait, type_)


def _must_be_named(person: Employee) -> None:
    """Raise PhotoError for somebody of whom there is an id alone: nobody signs with a number."""
    if not person.named:
        raise PhotoError("signature.nameless", "the list has no name of theirs to sign with")

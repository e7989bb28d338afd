"""``signature.toml``: what a company's signatures say and look like. The only place that parses it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    model_validator,
)

from catchlight.settings_file import read_settings
from catchlight.source_type import SourceType
from reports._signature_ink import Colours, Section
from reports._signature_rules import is_link
from reports.lines import line

FILE = "signature.toml"
PICTURE_BYTES = 20_000

_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
Template = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


def _one_line(text: str) -> str:
    if line(text) != text:
        message = f"{text!r}: one line of at most 200 characters, nothing invisible in it"
        raise ValueError(message)
    return text


def _link(address: str) -> str:
    if not is_link(address):
        message = f"{address!r}: links begin with https://, mailto: or tel:, and hold no blanks"
        raise ValueError(message)
    return address


def _https(address: str) -> str:
    if address and (not is_link(address) or not address.startswith("https://")):
        message = f"{address!r}: an address that begins with https://"
        raise ValueError(message)
    return address


Text = Annotated[str, AfterValidator(_one_line)]
Said = Text | dict[Language, Text]
"""A text, or one for each language."""
Lines = tuple[Text, ...] | dict[Language, tuple[Text, ...]]


class Pictures(Section):
    """Whether a signature carries the portrait, how it gets there, and its shape.

    A picture on a public address shows an employee's face to everybody: nothing is shown unless the company says so.
    """

    mode: Literal["none", "hosted", "cid", "inline-file"] = "none"
    disclosure: bool = Field(default=True, description="alt text says where a photo was edited")
    address: str = Field(
        "", description="hosted: https://pictures.example.com/{file}; the file is named by its digest"
    )
    side: int = Field(96, ge=40, le=120, description="pixels of the page; the file has twice as many")
    sides: dict[Template, Annotated[int, Field(ge=40, le=120)]] = Field(
        default_factory=lambda: {"compact": 56}
    )
    shape: Literal["round", "rounded", "square"] = "round"
    corners: Literal["transparent", "filled"] = Field(
        "transparent",
        description="transparent: PNG, right on any ground; filled: JPEG, smaller, seen in the dark",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        """Pictures that recipients fetch need an address."""
        if (self.mode == "hosted") != bool(self.address):
            message = 'address: give it with mode = "hosted", and only then'
            raise ValueError(message)
        if self.address and (
            "{file}" not in self.address or not is_link(self.address.replace("{file}", "a.png"))
        ):
            message = f"address: {self.address!r}: write https://pictures.example.com/{{file}}"
            raise ValueError(message)
        _https(self.address.replace("{file}", "a.png"))
        return self

    def side_of(self, template: str) -> int:
        """Return how large the picture is shown in a template."""
        return self.sides.get(template, self.side)


class Link(Section):
    """A link of the company's: website, careers, booking a meeting."""

    text: Said
    address: Annotated[str, AfterValidator(_link), Field(max_length=300)]


class Banner(Section):
    """A picture below everybody's signature. It is the company's, and fetched from the company's address."""

    image: Annotated[str, AfterValidator(_https), Field(min_length=9, max_length=300)]
    width: int = Field(ge=40, le=600)
    height: int = Field(ge=20, le=200)
    alt: Said
    address: Annotated[str, AfterValidator(_https), Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _shown(self) -> Self:
        """Refuse what Outlook does not show."""
        if not re.search(r"\.(png|jpe?g|gif)$", urlsplit(self.image).path):
            message = "image: Outlook shows .png, .jpg and .gif"
            raise ValueError(message)
        return self


class Phone(Section):
    """How numbers are written: of those who only have an extension, and of those who have no number at all."""

    pattern: Annotated[
        str, StringConstraints(pattern=r"^$|^[+0-9 ()/.-]*\{extension\}[0-9 ]*$", max_length=40)
    ] = ""
    switchboard: Annotated[str, StringConstraints(pattern=r"^$|^[+0-9][0-9 ()/.-]{2,39}$")] = ""


class Entity(Section):
    """What is said of a legal entity; what it leaves out, the company says."""

    company: Text = ""
    address: Lines = ()
    website: Annotated[str, AfterValidator(_https)] = ""
    legal: Lines = Field((), description="lines that the law asks for")
    phone: Phone = Phone()


class Words(Section):
    """The few words of a signature, for a language that does not come with Catchlight."""

    phone: Text
    mobile: Text
    email: Text
    portrait: Text = Field(pattern=r"\{name\}", description="what a picture's alt text says")
    edited: Text = Field("photo edited with AI", description="… and what it adds where a photo was edited")
    generated: Text = Field("picture generated with AI", description="… or made by a model")

    def mark(self, type_: SourceType | None) -> str:
        """Return what is told of how a picture came about, "" for nothing."""
        told = {SourceType.COMPOSITE: self.edited, SourceType.GENERATED: self.generated}
        return told.get(type_, "") if type_ else ""


class Settings(Entity):
    """All of ``signature.toml``."""

    company: Text = Field(min_length=1)
    languages: tuple[Language, ...] = Field(
        ("en", "de"), min_length=1, description="the first is the usual one"
    )
    template: Template = "plain"
    templates: dict[Text, Template] = Field(
        default_factory=dict, description="by department, as the directory names it"
    )
    font: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9 ,-]*$")] = (
        "Arial, Helvetica, sans-serif"
    )
    colours: Colours = Colours()
    pictures: Pictures = Pictures()
    links: tuple[Link, ...] = Field((), max_length=6)
    banner: Banner | None = None
    entities: dict[Text, Entity] = Field(
        default_factory=dict, description="by legal entity, as the directory names it"
    )
    words: dict[Language, Words] = Field(default_factory=dict)

    def entity(self, name: str) -> Entity:
        """Return what is said of a legal entity, whatever its case; the company where it is none of ours."""
        own = next((one for key, one in self.entities.items() if key.casefold() == name.casefold()), None)
        usual = {field: getattr(self, field) for field in Entity.model_fields}
        given = {field: getattr(own, field) for field in own.model_fields_set} if own else {}
        return Entity.model_construct(**usual | given)

    def template_of(self, department: str) -> str:
        """Return the template of a department, whatever its case."""
        known = {name.casefold(): template for name, template in self.templates.items()}
        return known.get(department.casefold(), self.template)


def in_language(said: Any, language: str, usual: str) -> Any:
    """Return what is said in a language, else in the usual one, else in the first there is."""
    if not isinstance(said, Mapping):
        return said
    for one in (language, usual, *said):
        if one in said:
            return said[one]
    return ""


def load_settings(folder: Path) -> Settings:
    """Read a company's folder; ConfigError names the key that is wrong."""
    path = folder / FILE
    return read_settings(path, Settings)

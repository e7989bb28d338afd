"""How a table of people at some HTTP address is described in a job file: everything about a system that we do not know."""

import codecs
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from catchlight.source import Field as PersonField
from connectors._allowed_calls import address
from connectors._photo_url import PhotoHosts

_OF_WHICH = "a key inside another is written with a dot, such as name.first; emails.0 is the first of a list"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _path(text: str) -> str:
    if not re.fullmatch(r"/[^\s#]*", text) or text.startswith("//"):
        message = f"{text!r}: a path below url, such as /employees?active=true; calls go to that address only"
        raise ValueError(message)
    return text


def _template(text: str) -> str:
    if _path(text).count("{key}") != 1 or re.search(r"[{}]", text.replace("{key}", "")):
        message = f"{text!r}: a path below url with {{key}} in it once, such as /photos/{{key}}.jpg"
        raise ValueError(message)
    return text


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        message = f"{name!r} is no encoding; the usual ones are utf-8-sig, cp1252 and utf-16"
        raise ValueError(message) from error
    return name


class Auth(_Section):
    """Who we are: one of three ways."""

    token_file: Path | None = Field(None, description="file with a bearer token")
    user: str = Field("", description="user name, with password_file")
    password_file: Path | None = Field(None, description="file with the password of user")
    header: str = Field("", pattern=r"^[A-Za-z0-9-]*$", description="name of a header, with value_file")
    value_file: Path | None = Field(None, description="file with the value of header")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (bool(self.token_file), bool(self.user), bool(self.header))
        pairs = bool(self.user) == bool(self.password_file) and bool(self.header) == bool(self.value_file)
        if sum(ways) != 1 or not pairs:
            message = "give token_file, or user and password_file, or header and value_file"
            raise ValueError(message)
        return self


_NEEDS = {
    "none": (),
    "next": ("next",),
    "cursor": ("next", "param"),
    "page": ("param",),
    "offset": ("param",),
}
_MAY = {"none": (), "next": ("size", "size_param"), "cursor": ("size", "size_param")}
_COUNTED = ("size", "size_param", "first", "total")


class Paging(_Section):
    """How the list goes on."""

    by: Literal["none", "next", "page", "offset", "cursor"] = Field(
        "none",
        description="next: a link in each answer; cursor: a mark in each answer; page, offset: by numbers",
    )
    next: str = Field("", description="where in an answer the link or the mark of the next page stands")
    param: str = Field("", description="the parameter that the page, the offset or the mark is sent in")
    first: int = Field(1, ge=0, description="the number of the first page")
    size: int = Field(0, ge=0, description="how many people a page is asked for, 0 for what the server likes")
    size_param: str = Field("", description="the parameter that size is sent in")
    total: str = Field("", description="where in an answer the number of all people stands")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        missing = [name for name in _NEEDS[self.by] if not getattr(self, name)]
        may = (*_NEEDS[self.by], *_MAY.get(self.by, _COUNTED))
        odd = sorted(self.model_fields_set - {"by", *may})
        if missing or odd or bool(self.size) != bool(self.size_param):
            told = [f'by = "{self.by}" needs {" and ".join(missing)}'] * bool(missing)
            told += [f'by = "{self.by}" has no {" and no ".join(odd)}'] * bool(odd)
            raise ValueError("; ".join(told) or "size and size_param go together")
        return self


class Photo(_Section):
    """Where photos are: one of three ways."""

    url: Annotated[str, AfterValidator(_template)] | None = Field(
        None, description="path of a photo below the address, with {key} in it"
    )
    base64: str = Field("", description="the field that has the photo itself, as Base64")
    link: str = Field("", description="the field that has the photo's whole address; see photo_hosts")
    version: str = Field(
        "", description="a field that changes whenever the photo does, such as a date or a hash"
    )
    etag: bool = Field(default=False, description="true: the server answers 304 for a photo of a known ETag")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is not None) + bool(self.base64) + bool(self.link) != 1:
            message = "give one of url, base64 and link"
            raise ValueError(message)
        if self.base64 and (self.version or self.etag):
            message = "a photo inside the list needs no version and no etag: its own digest is its version"
            raise ValueError(message)
        if self.etag and (self.link or self.version):
            message = "etag goes with url, and without version; what a link's host answers is used by itself"
            raise ValueError(message)
        return self


class Active(_Section):
    """Who counts: whoever's field has this value."""

    field: str = Field(min_length=1, description="a field of the list, such as status")
    equals: bool | int | str = Field(description='its value of those who are here, such as "active" or true')


class SourceSettings(_Section):
    """The whole table."""

    url: Annotated[str, AfterValidator(address)] = Field(
        description="the address, such as https://hr.example.com/api"
    )
    path: Annotated[str, AfterValidator(_path)] = Field(
        description="path of the list below url, such as /employees"
    )
    auth: Auth | None = Field(None, description="who we are, if the server asks")
    format: Literal["json", "csv", "ndjson"] = "json"
    items: str = Field(
        "", description="where in a JSON answer the list stands, such as data.people; else it is the list"
    )
    delimiter: str = Field(",", min_length=1, max_length=1, description="between the cells of CSV")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("utf-8-sig", description="of CSV and NDJSON")
    paging: Paging = Paging()
    key: str = Field(
        min_length=1, description="the field with the system's own id of a person, given to nobody else"
    )
    fields: dict[PersonField, str] = Field(
        default_factory=dict, description=f"our field = theirs; {_OF_WHICH}"
    )
    active: Active | None = None
    photo: Photo | None = Field(None, description="where photos are; left out: people only")
    photo_hosts: PhotoHosts = Field(
        PhotoHosts(), description="where photos of photo.link may be downloaded from"
    )
    recheck_days: float | None = Field(
        None,
        ge=0,
        description="within how many days a photo is asked for again whose version the list does not tell",
    )
    a_minute: float = Field(300, ge=0, description="calls a minute, 0 for no limit")
    at_once: int = Field(4, ge=1, le=32, description="calls at the same time")
    largest_mb: int = Field(256, ge=1, description="the largest answer that is taken, in megabytes")
    longest: float = Field(1800, gt=0, description="seconds that the download of a list may take")
    timeout: float = Field(60, gt=0, description="seconds to wait for an answer")
    ca_file: Path | None = Field(None, description="PEM file of the authority to trust")
    proxy: str = Field("", description="address of the proxy, if the way out needs one")
    spool: Path | None = Field(None, description="folder for what is read, while it is; else the usual one")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.format != "json" and (self.items or self.paging.next or self.paging.total):
            message = f"format = {self.format!r} has rows only: no items, paging.next or paging.total; page by number"
            raise ValueError(message)
        if self.photo and self.photo.link and not self.photo_hosts.hosts:
            message = "photo.link: name the hosts that photos may come from in photo_hosts.hosts"
            raise ValueError(message)
        return self

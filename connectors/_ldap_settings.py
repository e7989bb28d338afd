"""How a directory server is reached and trusted, who signs in, and by which id its entries are remembered."""

import uuid
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from catchlight.errors import ConfigError, PhotoError
from catchlight.policy import read_secret
from connectors._ldap_conditions import equals, where
from connectors._ldap_wire import Directory, Door, Entry

Key = Literal["objectGUID", "entryUUID"]
PEOPLE = "(&(objectCategory=person)(objectClass=user))"
OTHER_KEY = "name the one that the server has, and let this account read it"


class Server(BaseModel):
    """A directory server, and the part of it that people are in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(where)] = Field(
        description="ldaps://host, or ldap://host with starttls"
    )
    starttls: bool = Field(default=False, description="true for ldap://, encrypted after the first word")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority to trust, instead of the usual ones"
    )
    bind_dn: str = Field(min_length=1, description="the account that signs in: a DN, or name@domain")
    password_file: Path = Field(description="file with its password")
    base_dn: str = Field(min_length=1, description="the folder below which people are looked for")
    timeout: int = Field(10, ge=1, description="seconds to wait for an answer")
    page: int = Field(500, ge=1, le=1000, description="entries a page; Active Directory gives 1000 at most")

    @model_validator(mode="after")
    def _encrypted(self) -> "Server":
        if self.starttls and self.url.startswith("ldaps:"):
            message = "starttls: ldaps:// is encrypted already; leave starttls out"
            raise ValueError(message)
        if not self.starttls and not self.url.startswith("ldaps:"):
            where(self.url, plain=True)
        return self


def open_directory(settings: Server) -> Directory:
    """Return the directory of the settings, not yet connected; ConfigError for the password or the authority."""
    password = read_secret(settings.password_file)
    return Directory(
        Door(
            settings.url, settings.bind_dn, password, settings.starttls, settings.ca_file, settings.timeout,
            settings.page,
        )
    )  # fmt: skip


def key_of(entry: Entry, key: Key) -> str:
    """Return the id of an entry; ConfigError when it shows none."""
    value = next(iter(entry.of(key)), b"")
    try:
        return str(uuid.UUID(bytes_le=value) if key == "objectGUID" else uuid.UUID(value.decode("ascii")))
    except ValueError as error:
        message = f"key: {entry.dn} shows no {key}; {OTHER_KEY}"
        raise ConfigError(message) from error


def with_id(key: Key, target: str) -> str:
    """Return the condition that an entry has an id; PhotoError for what is none."""
    try:
        id_ = uuid.UUID(target)
    except ValueError as error:
        message = f"{target!r} is not the id of an entry; plan again"
        raise PhotoError("account.unknown", message) from error
    return equals(key, id_.bytes_le if key == "objectGUID" else str(id_))

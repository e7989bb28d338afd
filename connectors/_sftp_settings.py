"""How an SFTP server is reached, and what lies where on it."""

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors._published_rights import FileMode, entering


def _root(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not path.startswith("/") or len(parts) == 1 or ".." in parts or "\0" in path:
        message = f"{path!r}: a full path of a folder of its own, such as /srv/intranet/portraits"
        raise ValueError(message)
    return str(PurePosixPath(path))


Folder = Annotated[str, AfterValidator(_root)]


class Login(BaseModel):
    """An SFTP server, and how we sign in.

    The server's host key must be in ``known_hosts``; a server with another one is refused. We sign in
    with ``key_file`` or with the password in ``password_file``, and with nothing else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(pattern=r"^[A-Za-z0-9._:%-]+$")
    port: int = Field(22, ge=1, le=65535)
    username: str = Field(min_length=1)
    known_hosts: Path = Field(description="file with the server's host key, as ssh-keyscan writes it")
    key_file: Path | None = Field(None, description="private key, readable by this account alone")
    key_password_file: Path | None = Field(None, description="what unlocks the private key, if anything does")
    password_file: Path | None = Field(None, description="password, where the server takes no keys")
    timeout: float = Field(30, gt=0, le=600, description="seconds to wait for an answer")
    longest: float = Field(300, gt=0, le=3600, description="seconds that one file may take")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.key_file is None) == (self.password_file is None):
            message = "key_file, password_file: exactly one of them is needed"
            raise ValueError(message)
        if self.key_password_file and self.key_file is None:
            message = "key_password_file: it belongs to key_file"
            raise ValueError(message)
        return self


class Settings(Login):
    """A server to publish to, and the folder on it."""

    root: Folder = Field(description="the folder on the server, as a full path")
    layout: Literal["plain", "releases"] = Field(
        "plain", description="plain: files in place; releases: a folder a publication, switched all at once"
    )
    keep: int = Field(5, ge=2, le=1000, description="releases that stay, with the one that is shown")
    file_mode: FileMode = "0644"

    @property
    def mode(self) -> int:
        """Who may read a file."""
        return int(self.file_mode, 8)

    @property
    def folder_mode(self) -> int:
        """Who may enter a folder: whoever may read the files in it."""
        return entering(self.mode)

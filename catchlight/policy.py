"""How a company asks its people: ``review.toml`` in the home folder. Without the file the careful defaults hold."""

import os
import re
from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import ConfigError
from catchlight.records import Employee, Rung
from catchlight.settings_file import read_settings
from catchlight.sign_on import Role, SignOn

__all__ = [
    "FILE",
    "VARIABLE",
    "Asking",
    "Gates",
    "Mail",
    "Policy",
    "Role",
    "Rule",
    "Server",
    "SignOn",
    "Slack",
    "load_policy",
    "read_secret",
]

FILE = "review.toml"
VARIABLE = "env:"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = f"{name!r} is no time zone; write it as Europe/Berlin"
        raise ValueError(message) from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Rule(_Section):
    """Something that needs no answer of the person's own, for some legal entities, on a written basis."""

    entities: tuple[str, ...] = Field(min_length=1, description="legal entities, as the directory names them")
    basis: str = Field(min_length=3, description="the agreement that allows it; people are shown this text")
    rungs: tuple[Rung, ...] = Field((Rung.KEEP, Rung.CROP), description="only pictures changed no further")

    @property
    def named(self) -> str:
        """What is kept of a letter that names this rule: a rule that changed since is another one."""
        return f"{self.basis} ({', '.join(self.rungs)})"

    def covers(self, person: Employee, rung: str) -> bool:
        """Whether the rule holds for this person and a picture of this rung."""
        return person.entity.casefold() in {e.casefold() for e in self.entities} and rung in self.rungs


class Gates(_Section):
    """Who must say yes beside the person."""

    brand: bool = Field(False, description="the brand owner too, after the person")  # noqa: FBT003


class Asking(_Section):
    """How long, how often, and when people are written to."""

    days: int = Field(
        14, ge=1, le=365, description="days from the invitation to the deadline; links live as long"
    )
    remind: tuple[int, ...] = Field((3, 7, 12), description="days after the invitation")
    quiet_from: time = Field(time(18), description="nothing is sent from this time …")
    quiet_until: time = Field(time(8), description="… until this one, nor at a weekend")
    weekends: bool = False
    timezone: TimeZone = "UTC"
    rounds: int = Field(3, ge=0, le=10, description="how often somebody may ask for another try")


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        message = f"{url!r} is no address; write it as https://photos.example.com/review"
        raise ValueError(message)
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        message = f"{url!r}: faces travel over https only; http is for this machine alone"
        raise ValueError(message)
    return url.rstrip("/")


class Mail(_Section):
    """The mail server that takes our letters."""

    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(pattern=r".+@.+", description='"Photos <photos@example.com>"')
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None


class Slack(_Section):
    """Letters as direct messages of a Slack app (scopes chat:write, im:write, users:read, users:read.email)."""

    token_file: Path
    address: str = "https://slack.com/api"


class Server(_Section):
    """The review server."""

    host: str = "127.0.0.1"
    port: int = Field(8480, ge=0, le=65535)
    largest_upload: int = Field(30, ge=1, le=200, description="megabytes")
    proxies: tuple[str, ...] = Field(
        (), description="addresses of reverse proxies whose X-Forwarded-For counts"
    )


_NAMELESS = {"de": "Ihr Unternehmen"}


class Policy(_Section):
    """All of ``review.toml``."""

    company: str = "Your company"
    url: Annotated[str, AfterValidator(_address)] = Field(
        "http://127.0.0.1:8480", description="where people reach the review server; a path is kept"
    )
    contact: str = Field("", description="whom people may ask: an address or a phone number")
    operator: str = Field(
        "", pattern=r"^(.+@.+)?$", description="whom a flow that did not finish is mailed to"
    )
    languages: tuple[str, ...] = Field(("en", "de"), min_length=1, description="the first is the usual one")
    notice: Path | None = Field(
        None, description="folder with the company's own notice, one LANGUAGE.txt each"
    )
    gates: Gates = Gates()
    asking: Asking = Asking()
    silence: tuple[Rule, ...] = Field((), description="who is published after the deadline without an answer")
    bulk: tuple[Rule, ...] = Field((), description="whom HR may approve in bulk, when no check is flagged")
    sso: SignOn | None = None
    mail: Mail | None = None
    slack: Slack | None = None
    server: Server = Server()

    @property
    def own_name(self) -> str:
        """The company's name, "" where the file gives none."""
        return "" if self.company == type(self).model_fields["company"].default else self.company

    def called(self, language: str) -> str:
        """Return what the company is called in a language: its name, else words for a company without one."""
        return self.own_name or _NAMELESS.get(language, self.company)

    def silence_of(self, person: Employee, rung: str) -> Rule | None:
        """Return the rule that publishes this picture after the deadline without an answer, if any."""
        return _first(self.silence, person, rung)

    def bulk_of(self, person: Employee, rung: str) -> Rule | None:
        """Return the rule that lets HR approve this picture for the person, if any."""
        return _first(self.bulk, person, rung)

    def language_of(self, person: Employee) -> str:
        """Return the language that a person is written to in, of those there are."""
        wanted = re.split("[-_]", person.language.casefold())[0]
        return wanted if wanted in self.languages else self.languages[0]


def _first(rules: Iterable[Rule], person: Employee, rung: str) -> Rule | None:
    return next((rule for rule in rules if rule.covers(person, rung)), None)


def load_policy(home: Path, file: Path | None = None) -> Policy:
    """Read the policy of a home folder, or a file; ConfigError names the key that is wrong."""
    path = file or home / FILE
    if not path.is_file() and file is None:
        return Policy()
    return read_settings(path, Policy)


def read_secret(file: Path) -> str:
    """Return the one line of a secret's file, or of the variable NAME for ``env:NAME``.

    ConfigError when it is absent, empty, or open to others.
    """
    if file.name.startswith(VARIABLE):
        return _of_environment(file.name.removeprefix(VARIABLE))
    try:
        if file.stat().st_mode & 0o077:
            message = f"{file}: others may read this secret; make it yours alone: chmod 600 {file}"
            raise ConfigError(message)
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{file}: the secret cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if not secret:
        message = f"{file}: the secret is empty"
        raise ConfigError(message)
    return secret


def _of_environment(name: str) -> str:
    secret = os.environ.get(name, "").strip()
    if not secret:
        message = (
            f"{VARIABLE}{name}: this environment variable is not set, or empty; it should hold the secret"
        )
        raise ConfigError(message)
    return secret

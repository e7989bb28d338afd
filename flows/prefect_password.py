"""The password of Prefect's server: whoever may ask it can run any command as its account, and loopback is everybody's."""

import os
import secrets
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.policy import read_secret
from catchlight.secret_file import make_secret

ASKED, SENT = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"  # by the server, by who asks it
_NAME = "catchlight:"
_EXAMPLE = "change-me"  # what deploy/catchlight.env.example has, for everybody to read


def file_of(home: Path) -> Path:
    """Return where a home keeps the password that was made for it."""
    return home / "secrets" / "prefect.password"


def given() -> str:
    """Return the password that the environment names, "" for none; ConfigError for the one of the example."""
    said = os.environ.get(ASKED, "")
    if said.endswith(_EXAMPLE):
        message = f"{ASKED} is the example's, which anybody can read: choose another one, for {SENT} as well"
        raise ConfigError(message)
    return said


def needed() -> None:
    """Refuse to begin without a password: a worker of another service has only what the environment names."""
    if not given():
        message = f"{ASKED} is not set: whoever reaches the server could run commands here; {SENT} is the same for workers"
        raise ConfigError(message)


def of_home(home: Path) -> dict[str, str]:
    """Return what server and flows of a home are told: the environment's password, else the home's, made where it has none."""
    if said := given():
        return both(said)
    file = file_of(home)
    try:
        make_secret(file, _NAME)
    except OSError as error:
        message = f"{file}: the password of Prefect's pages cannot be written: {error.strerror}"
        raise ConfigError(message) from error
    return both(read_secret(file))


def for_now() -> dict[str, str]:
    """Return a password for the server of one command."""
    return both(_NAME + secrets.token_urlsafe(32))


def both(password: str) -> dict[str, str]:
    """Return it as the server asks for it, and as it is sent."""
    return {ASKED: password, SENT: password}

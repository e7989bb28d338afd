"""The key of a Google service account: a JSON file that only we may read, for Google's own token endpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.policy import read_secret

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_NEEDED = ("type", "client_email", "client_id", "private_key", "token_uri")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the JSON file of a key says; the key itself is shown nowhere."""

    file: Path
    client_id: str
    info: Mapping[str, str] = field(repr=False)

    @property
    def project(self) -> str:
        """Return the project that the account belongs to: its address is at that."""
        return self.info["client_email"].rpartition("@")[2]


def read_key(file: Path) -> ServiceAccount:
    """Return the service account of a JSON key; ConfigError for a file that is open to others, or is none."""
    text = read_secret(file)
    try:
        info = json.loads(text)
    except ValueError:
        info = None
    if not isinstance(info, dict) or not all(isinstance(info.get(name), str) for name in _NEEDED):
        message = f"key_file {file}: not the JSON key of a service account ({', '.join(_NEEDED)})"
        raise ConfigError(message)
    if info["type"] != "service_account" or info["token_uri"] != TOKEN_URL:
        message = f"key_file {file}: only a service account's key for {TOKEN_URL} is used"
        raise ConfigError(message)
    return ServiceAccount(file, info["client_id"], info)

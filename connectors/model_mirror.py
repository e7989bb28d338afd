"""A web server inside the company that offers the model files, each by its own name."""

from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from connectors._download import Pinned, Told, download, open_client


class Settings(BaseModel):
    """Where the mirror is. ``cert`` is a PEM file of authorities to trust instead of the usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://", repr=False)
    cert: str = ""
    timeout: float = Field(default=60, gt=0)


def fetch(settings: Settings, wanted: Pinned, folder: Path, told: Told = lambda _: None) -> Path:
    """Download ``wanted`` into ``folder``, continued and verified; return its path.

    Raises ConfigError when the mirror lacks the file or has another one, OutsideError when it
    cannot be reached.
    """
    with open_client(cert=settings.cert, timeout=settings.timeout) as client:
        return download(client, f"{settings.url.rstrip('/')}/{quote(wanted.file)}", wanted, folder, told)

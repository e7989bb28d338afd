"""Where the audit log's key and anchor are: ``audit.toml`` in the home folder, or beside them by default."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from catchlight.audit import Seal
from catchlight.audit_anchor import Anchor
from catchlight.settings_file import read_settings

FILE = "audit.toml"


class Auditing(BaseModel):
    """All of ``audit.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_file: Path = Field(
        Path("secrets/audit.key"),
        description="key of the log; best outside the home folder, for its owner alone",
    )
    anchor: Path = Field(
        Path("audit.head"),
        description="where the head of the log is written; best another disk, which this account can add to only",
    )


def load_auditing(home: Path) -> Auditing:
    """Read where a home folder's audit log has its key and anchor; ConfigError names the key that is wrong."""
    path = home / FILE
    if not path.is_file():
        return Auditing()
    return read_settings(path, Auditing)


def seal_of(home: Path) -> Seal:
    """Return the seal of a home folder's audit log; paths of the settings are taken from that folder."""
    settings = load_auditing(home)
    return Seal(home / settings.key_file, Anchor(home / settings.anchor))

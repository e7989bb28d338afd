"""Where the audit log's key and anchor are: ``audit.toml`` in the home folder, or beside them by default."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catchlight.audit import Seal
from catchlight.audit_anchor import Anchor
from catchlight.errors import ConfigError

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
    try:
        return Auditing.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        message = f"{path}: {told}"
        raise ConfigError(message) from error


def seal_of(home: Path) -> Seal:
    """Return the seal of a home folder's audit log; paths of the settings are taken from that folder."""
    settings = load_auditing(home)
    return Seal(home / settings.key_file, Anchor(home / settings.anchor))

"""How a company publishes: ``publish.toml`` in the home folder. Without the file the careful defaults hold."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catchlight.place import Purpose
from catchlight.settings_file import read_settings

FILE = "publish.toml"


class Marking(BaseModel):
    """How it is told that a portrait was edited: in the file, and where people see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    credentials: Literal["set_up", "required", "off"] = Field(
        "set_up", description="Content Credentials: once keys were made, never without them, or never"
    )
    time_stamps: str = Field(
        "own",
        pattern=r"^(own|none|https?://[^\s/?#@]+(/\S*)?)$",
        description="who stamps the time: own, none, or the address of an authority inside the company",
    )
    disclosure: bool = Field(default=True, description="say that a photo was edited wherever people see it")
    language: Literal["en", "de"] = Field(
        "en", description="language of what is said, where a place has none of its own"
    )


class Publishing(BaseModel):
    """All of ``publish.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask_above: int = Field(
        50, ge=0, description="people whose pictures change before a person is asked again"
    )
    most_changed: float = Field(
        1.0, gt=0, le=1, description="share of the run's people who may change at once"
    )
    most_removed: float = Field(
        0.1, ge=0, le=1, description="share of the published who may be taken off at once"
    )
    second_yes_above: int | None = Field(
        None, ge=0, description="plans that change more people than this need a second person's yes"
    )
    theirs: Literal["stays", "replaced"] = Field(
        "stays", description="a picture that somebody put in the place of ours since"
    )
    opt_in: tuple[Purpose, ...] = Field(
        ("email_signature", "external_web"),
        description="purposes that need a person's own yes, beside the yes to the portrait",
    )
    cut_ahead: bool = Field(
        default=True, description="cut the files for publishing when a refresh ends, before anybody plans"
    )
    marking: Marking = Marking()


def load_publishing(home: Path) -> Publishing:
    """Read how a home folder publishes; ConfigError names the key that is wrong."""
    path = home / FILE
    if not path.is_file():
        return Publishing()
    return read_settings(path, Publishing)

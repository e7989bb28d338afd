"""The part of a preset that says what is behind the person."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Section(BaseModel):
    """A part of a preset: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Logo(Section):
    """A mark in a corner, behind the person; lengths are shares of the frame height."""

    file: Path = Field(description="PNG with transparency, relative to the preset")
    corner: Literal["top-left", "top-right", "bottom-left", "bottom-right"] = "top-right"
    height: float = Field(0.07, gt=0, le=0.5, description="share of the frame height")
    margin: float = Field(0.05, ge=0, le=0.4, description="room to both edges, share of the frame height")
    opacity: Share = 1.0


class Background(Section):
    """What is behind the person, and how it takes part in the person's light and grain."""

    kind: Literal["solid", "gradient", "office", "image"] = "solid"
    colour: Colour = Field("#e6e8eb", description="the ground; gradient: behind the head; office: its walls")
    edge: Colour | None = Field(None, description="gradient: the other colour")
    towards: Literal["edges", "top", "bottom", "left", "right"] = Field(
        "edges", description="gradient: where `edge` lies"
    )
    image: Path | None = Field(None, description="image: file, relative to the preset")
    blur: float | None = Field(
        None, ge=0, le=0.2, description="image, office: blur radius as a share of the frame height"
    )
    seed: int = Field(1, ge=0, le=2**32 - 1, description="office: the same number draws the same room")
    vignette: float = Field(0.0, ge=0, le=0.9, description="how much darker the corners are, in linear light")
    logo: Logo | None = None
    shadow: Share = Field(
        0.5, description="soft shadow of the person on the ground: 0 none, 1 a third darker"
    )
    grain: Share = Field(0.5, description="share of the photo's own grain that the ground gets")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a gradient of one colour."""
        if self.kind == "gradient" and self.edge is None:
            message = "edge: a gradient needs the other colour"
            raise ValueError(message)
        return self

    def files(self) -> dict[str, Path]:
        """Return the pictures that belong to it, by their key."""
        found = {"image": self.image, "logo.file": self.logo.file if self.logo else None}
        return {key: file for key, file in found.items() if file}

    def content(self) -> dict[str, Any]:
        """Return it as plain values in which pictures count by what is in them, not by where they lie."""
        plain = self.model_dump(mode="json")
        for key, file in self.files().items():
            section, name = (plain["logo"], "file") if key == "logo.file" else (plain, key)
            section[name] = hashlib.sha256(file.read_bytes()).hexdigest()
        return plain

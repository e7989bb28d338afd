"""The colours that a company signs in, refused when somebody could not read them."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from reports import _signature_colours as colours

Colour = Annotated[str, AfterValidator(str.lower), StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Section(BaseModel):
    """A part of ``signature.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ink(Section):
    """The colours of text: names and lines, what is less important, links and the rule."""

    text: Colour
    quiet: Colour
    accent: Colour

    def named(self) -> dict[str, str]:
        """Return the colours by name."""
        return self.model_dump(include={"text", "quiet", "accent"})


class Colours(Ink):
    """The colours on white, and for mail programs in the dark that ask us; the others turn ours around themselves."""

    text: Colour = "#1f2a37"
    quiet: Colour = "#5a6472"
    accent: Colour = "#0b5394"
    background: Colour = Field("#ffffff", description="what filled corners of a picture are filled with")
    dark: Ink = Ink(text="#eceff3", quiet="#a9b3c0", accent="#8fc1f5")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """Refuse text that somebody could not read."""
        pages = colours.DARK_PAGES
        for name, colour in self.named().items():
            seen = {
                f"on {self.background}": colours.contrast(colour, self.background),
                "on white": colours.contrast(colour, "#ffffff"),
                "where Outlook turns it dark": colours.contrast(colours.turned(colour), pages["turned"]),
                "in the dark": colours.contrast(self.dark.named()[name], pages["dark"]),
            }
            for where, contrast in seen.items():
                if contrast < colours.LEAST:
                    message = f"{name}: contrast {contrast:.1f} {where}; text needs {colours.LEAST}"
                    raise ValueError(message)
        return self

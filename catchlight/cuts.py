"""The part of a preset that says in which sizes portraits are delivered, and which closer crops are cut from them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from catchlight.ground import Section, Share


class PrintCrop(Section):
    """A closer crop of the finished portrait for one kind of place, such as small round avatars."""

    aspect: float = Field(1.0, ge=0.5, le=2.0, description="width / height of the crop")
    head: float = Field(0.78, ge=0.4, le=0.92, description="chin to crown, share of the crop's height")
    eye_line: Share = Field(0.47, description="from the crop's upper edge; it gives way to a crown")
    sizes: tuple[Annotated[int, Field(ge=16, le=7680)], ...] = Field(
        (96, 72, 48, 36), min_length=1, description="heights in pixels that the crop's name alone stands for"
    )


class Delivery(Section):
    """Sizes (pixels of the frame height) that publishing writes, and crops that places may ask for by name."""

    master: int = Field(2048, ge=256, le=7680)
    sizes: tuple[Annotated[int, Field(ge=96, le=7680)], ...] = Field(
        (2048, 1024, 648, 512, 400, 192, 96),
        min_length=1,
        description="heights in pixels, where neither a plan nor a destination names any",
    )
    crops: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")], PrintCrop] = Field(
        default_factory=lambda: {"avatar": PrintCrop()},
        description='asked for as "avatar" (all its sizes) or "avatar@48"; cut from the finished portrait',
    )

"""The part of a preset that says what may be painted: choices from short lists, which alone become words for a model."""

from typing import Literal

from pydantic import Field

from catchlight.ground import Section
from catchlight.painting import Words

Setting = Literal["", "studio", "office", "lobby", "library", "workshop", "terrace"]
Clothing = Literal["", "business", "smart-casual", "casual"]
Palette = Literal["neutral", "navy", "charcoal", "earth", "green"]

SETTINGS: dict[str, str] = {
    "": "a plain, evenly lit studio backdrop",
    "studio": "a seamless studio backdrop with a soft fall-off of light",
    "office": "a bright modern office far out of focus, large windows, no people",
    "lobby": "a calm entrance hall of an office building far out of focus, no people",
    "library": "a quiet library with wooden shelves far out of focus, no people",
    "workshop": "a tidy workshop far out of focus, no people",
    "terrace": "a terrace with greenery far out of focus in soft daylight, no people",
}
CLOTHES: dict[str, str] = {
    "": "the same clothes continued, same fabric, same colour",
    "business": "a plain business jacket over a plain shirt or blouse",
    "smart-casual": "a plain knitted top or an open collar, no jacket",
    "casual": "a plain long-sleeved top without print",
}
PALETTES: dict[str, str] = {
    "neutral": "light grey and white",
    "navy": "navy blue and white",
    "charcoal": "charcoal grey",
    "earth": "beige and warm brown",
    "green": "deep green and off-white",
}
_ALWAYS = "professional head and shoulders photograph, natural fabric, soft even light, true colours"
_NEVER = "second person, extra limbs, hands, text, logo, watermark, jewellery, distorted shoulders, painting"


class Generate(Section):
    """What a painter may add, where ``engines.paint`` names one and the rung is ``generate``; faces never."""

    setting: Setting = Field("", description="painted behind everybody; empty: the preset's own background")
    shoulders: bool = Field(
        default=True, description="paint the clothes that a photo lacks in the preset's frame"
    )
    crown: bool = Field(default=True, description="paint the top of a head that a photo cuts")
    edge: bool = Field(default=False, description="paint the rim of hair where the outline is unsure")
    clothing: Clothing = Field(
        "", description="repaint clothes in this style, of people who agreed to that; empty: nobody's"
    )
    palette: Palette = Field("neutral", description="colours of painted clothes")
    candidates: int = Field(3, ge=1, le=8, description="pictures a round; the best is proposed")
    rounds: int = Field(2, ge=1, le=3, description="rounds, until one picture passes")


def words_of(of: Generate, *, clothes: bool = False) -> Words:
    """Return the words for a preset; ``clothes`` when they are repainted, not only continued."""
    worn = f"{CLOTHES[of.clothing]}, {PALETTES[of.palette]}" if clothes and of.clothing else CLOTHES[""]
    return Words(f"{_ALWAYS}. Behind the person: {SETTINGS[of.setting]}. Clothing: {worn}.", _NEVER)

"""Text of somebody else's as one line of a page: nothing in it hides, or turns the text after it around."""

import unicodedata

# They turn the reading direction of what follows them, or are not to be seen at all.
_TURNING = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_RIGHT_TO_LEFT = {"R", "AL"}


def line(text: str, longest: int = 200) -> str:
    """Return text as one line of at most ``longest`` characters."""
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text.translate(_TURNING)
    )
    return " ".join(kept.split())[:longest]


def shortened(text: str, longest: int) -> str:
    """Return text as one line; one that is longer than ``longest`` characters ends with an ellipsis."""
    whole = line(text, longest + 1)
    return whole if len(whole) <= longest else f"{whole[: longest - 1].rstrip()}…"


def direction(text: str) -> str:
    """Return ``rtl`` for text whose first letter is read from right to left, else ``ltr``."""
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), "L")
    return "rtl" if first in _RIGHT_TO_LEFT else "ltr"

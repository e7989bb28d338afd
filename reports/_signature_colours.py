"""Colours that stay readable: on white, on a dark page, and after a mail program has turned them around."""

LEAST = 4.5
"""Contrast that text of any size needs (WCAG 2.2, 1.4.3)."""
DARK_PAGES = {"dark": "#121212", "turned": "#333333"}
"""What lies behind a signature in the dark: where the client honours our dark colours, and where it turns ours."""

_BASE = 21.247  # L* of #333333, from which Outlook on the web and new Outlook count (microsoft/roosterjs, getDarkColor)
_WHITE = (0.95047, 1.0, 1.08883)  # D65
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_TO_RGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as ``#0b5394``, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def turned(colour: str) -> str:
    """Return what a colour becomes where a mail program turns light messages dark: L* the other way round, hue kept."""
    lightness, a, b = _lab(colour)
    return _hex((100 - lightness) * (100 - _BASE) / 100 + _BASE, a, b)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, 0 to 255 each."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _linear(colour: str) -> list[float]:
    shares = (value / 255 for value in channels(colour))
    return [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]


def _luminance(colour: str) -> float:
    return sum(w * v for w, v in zip(_TO_XYZ[1], _linear(colour), strict=True))


def _lab(colour: str) -> tuple[float, float, float]:
    rgb = _linear(colour)
    xyz = [sum(w * v for w, v in zip(row, rgb, strict=True)) for row in _TO_XYZ]
    x, y, z = (_root(value / white) for value, white in zip(xyz, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(share: float) -> float:
    return share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116


def _hex(lightness: float, a: float, b: float) -> str:
    y = (lightness + 16) / 116
    xyz = [_cube(f) * white for f, white in zip((y + a / 500, y, y - b / 200), _WHITE, strict=True)]
    rgb = (sum(w * v for w, v in zip(row, xyz, strict=True)) for row in _TO_RGB)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, _encoded(v)))):02x}" for v in rgb)


def _cube(root: float) -> float:
    return root**3 if root**3 > 216 / 24389 else (116 * root - 16) * 27 / 24389


def _encoded(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055

"""What the camera wrote beside the pixels: which way is up, and the day."""

from datetime import date

from PIL import Image

from catchlight.formats import BROKEN

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
_PART, _TAKEN = 0x8769, 0x9003
_FIRST_CAMERA = 1996  # the year of the first camera that wrote EXIF; before it, a clock was not set


def read(image: Image.Image) -> Image.Exif:
    """Return the picture's EXIF; one that cannot be read says nothing."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
    except BROKEN:
        return Image.Exif()
    return exif


def turn(exif: Image.Exif) -> Image.Transpose | None:
    """Return how the picture is turned to stand upright; None when it does."""
    try:
        return _TURNS.get(exif.get(_ORIENTATION, 1))
    except BROKEN:
        return None


def taken(exif: Image.Exif) -> str:
    """Return the day on which the photo was taken; of a scan, not the day of scanning."""
    try:
        return a_day(str(exif.get_ifd(_PART).get(_TAKEN, ""))[:10].replace(":", "-"))
    except BROKEN:
        return ""


def a_day(text: str) -> str:
    """Return an ISO date as it is, and "" for whatever cannot be the day of a digital photo."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if day.year >= _FIRST_CAMERA else ""

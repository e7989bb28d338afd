"""Whether a picture is one for Slack, and how one that Slack finds too large is made to fit."""

import cv2

from catchlight import pixels
from catchlight.decoding import decode
from catchlight.errors import PhotoError


def check(picture: bytes, side: int) -> None:
    """Refuse what is no picture, and a portrait of ours (``side`` pixels high) that is not square.

    Slack would put bars beside it, or cut it, and it could not be told whether it arrived.
    """
    height, width = decode(picture).picture.shape[:2]
    if height == side and abs(width - height) > height // 50:
        message = f"Slack shows square pictures, and this portrait is {width} × {height}: use a preset that crops square"
        raise PhotoError("photo.shape", message)


def reduced(picture: bytes, side: int, most_bytes: int) -> bytes:
    """Return a picture that Slack refused within limits that it surely takes, b"" when it was within them before.

    What people had before us may be larger than what we publish, and has to come back.
    """
    array = decode(picture).picture
    scale = side / max(array.shape[:2])
    if scale >= 1 and len(picture) <= most_bytes:
        return b""
    small = cv2.resize(array, None, fx=min(scale, 1), fy=min(scale, 1), interpolation=cv2.INTER_AREA)
    return pixels.jpeg(small, max_bytes=most_bytes)

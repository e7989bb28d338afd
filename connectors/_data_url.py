"""Pictures inside addresses (RFC 2397): how SCIM servers keep them, if they do."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

_KINDS = {b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp", b"BM": "bmp"}


def as_data_url(picture: bytes) -> str:
    """Return a picture as an address that contains it."""
    kind = next((kind for sign, kind in _KINDS.items() if picture.startswith(sign)), "jpeg")
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def from_data_url(url: str) -> bytes | None:
    """Return the picture that an address contains, None when it only points to one, or is damaged."""
    head, comma, data = url.partition(",")
    if not comma or not head.casefold().startswith("data:"):
        return None
    if not head.casefold().endswith(";base64"):
        return unquote_to_bytes(data)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None

"""Whether what was sent as a photo is one: by its bytes, never by what it is called."""

import re

from catchlight.errors import OutsideError, PhotoError
from catchlight.formats import identify
from connectors._allowed_calls import Reply

_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp", re.DOTALL)
_ENDS = ((b"\xff\xd8", b"\xff\xd9"), (b"\x89PNG", b"IEND"))


class OddError(OutsideError):
    """What came is no picture: an error page, perhaps, that is gone the next time."""


def photo_in(where: str, body: bytes) -> bytes:
    """Return bytes that are a whole photo; OutsideError for half of one, OddError for an error page or nothing.

    PhotoError for a file of a kind that is not read, such as a PDF.
    """
    try:
        identify(body)
    except PhotoError as error:
        if error.reason == "photo.format" and not body.lstrip().startswith(b"<"):
            raise
        raise OddError(f"{where}: answers with something else than a photo: {error}") from error
    if any(body.startswith(start) and end not in body for start, end in _ENDS):
        raise OutsideError(f"{where}: the photo is cut off")
    return body


def pictured(where: str, data: bytes) -> bytes:
    """Return what begins as a picture of any kind does, also one that is only kept to be put back; OddError for the rest."""
    if not _PICTURE.match(data):
        raise OddError(f"{where}: answers with something else than a picture")
    return data


def is_pictured(reply: Reply) -> None:
    """Raise OddError for an answer that says that it is a picture, and is none."""
    if reply.status == 200:
        pictured(reply.url, reply.body)

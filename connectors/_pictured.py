"""Whether bytes begin as a picture does: what a server calls them says nothing."""

import re

from catchlight.errors import OutsideError

_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp", re.DOTALL)


def pictured(where: str, data: bytes) -> bytes:
    """Return what begins as a picture does; OutsideError for anything else, such as a page of a proxy."""
    if not _PICTURE.match(data):
        raise OutsideError(f"{where}: answers with something else than a picture")
    return data

"""Whether what was sent as a photo is one: by its bytes, never by what it is called."""

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.formats import identify

_EVERYBODY = 5  # refusals in a row, and not one photo
_ENDS = ((b"\xff\xd8", b"\xff\xd9"), (b"\x89PNG", b"IEND"))


def photo_in(where: str, body: bytes) -> bytes:
    """Return bytes that are a picture; OutsideError for an error page, half a picture, or nothing.

    PhotoError for a file of a kind that is not read, such as a PDF.
    """
    try:
        identify(body)
    except PhotoError as error:
        if error.reason == "photo.format" and not body.lstrip().startswith(b"<"):
            raise
        raise OutsideError(f"{where}: answers with something else than a photo: {error}") from error
    if any(body.startswith(start) and end not in body for start, end in _ENDS):
        raise OutsideError(f"{where}: the photo is cut off")
    return body


class Refused:
    """Tells whether a refusal is about one person or about everybody: it is about all when nobody's photo came so far."""

    def __init__(self, sentence: str) -> None:
        """Begin; ``sentence`` says what is missing, and follows how the vendor said so."""
        self._sentence, self._one_came, self._times = sentence, False, 0

    def came(self) -> None:
        """Take note that somebody's photo was given, or that there is none."""
        self._one_came = True

    def refused(self, key: str, said: str) -> PhotoError:
        """Return what a refusal means for one person; ConfigError once it is plain that it means everybody."""
        self._times += 1
        if not self._one_came and self._times >= _EVERYBODY:
            raise ConfigError(f"{said}: {self._sentence}")
        return PhotoError("photo.unreadable", f"the photo of {key} is not given to us: {said}")

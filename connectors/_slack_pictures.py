"""Pictures from the servers where Slack keeps them: named hosts only, and without our token."""

import re
import threading
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

import stamina

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._allowed_calls import AllowedCalls, address
from connectors._slack_web import WrongAnswerError

PATH = r"/[A-Za-z0-9_./%~-]{1,500}(\?[A-Za-z0-9_.=&%~-]{0,500})?"
_MOST_BYTES = 20_000_000
_KINDS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")


class Pictures:
    """What is kept at some hosts (each with all hosts below it); threads may share it."""

    def __init__(self, hosts: Sequence[str], line: Callable[[str], AllowedCalls]) -> None:
        """Take the hosts, and how a line to an address is opened."""
        self._hosts, self._line = hosts, line
        self._open: dict[str, AllowedCalls] = {}
        self._turn = threading.Lock()

    @stamina.retry(on=WrongAnswerError, attempts=3, timeout=60)
    def fetch(self, url: str) -> bytes:
        """Return a picture. PhotoError for an address that is not among the hosts', OutsideError for no picture."""
        parts = self._known(url)
        reply = self._at(f"{parts.scheme}://{parts.netloc}", _path(parts))
        if len(reply) > _MOST_BYTES:
            raise PhotoError(
                "photo.too_large", f"the picture at {parts.hostname} has more than {_MOST_BYTES} bytes"
            )
        if not reply.startswith(_KINDS):
            raise WrongAnswerError(f"{parts.hostname}: answers with something else than a picture")
        return reply

    def _known(self, url: str) -> SplitResult:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        if not any(host == one or host.endswith(f".{one}") for one in self._hosts):
            message = (
                f"the profile's picture is kept at {host[:80] or 'no host'}, which image_hosts does not name"
            )
            raise PhotoError("photo.elsewhere", f"{message}; nothing was done")
        try:
            address(f"{parts.scheme}://{parts.netloc}")
        except ValueError as error:
            raise PhotoError(
                "photo.elsewhere", f"the profile's picture has no address of https: {error}"
            ) from error
        if not re.fullmatch(PATH, _path(parts)):
            raise PhotoError("photo.elsewhere", f"the profile's picture has a strange address at {host}")
        return parts

    def _at(self, where: str, path: str) -> bytes:
        with self._turn:
            calls = self._open.setdefault(where, self._open.get(where) or self._line(where))
        try:
            reply = calls.call("GET", path)
        except (
            ConfigError
        ) as error:  # a redirect: a matter of this picture, and there is no secret in this call
            raise OutsideError(f"{where}: the picture has moved elsewhere") from error
        if reply.status != 200:
            raise WrongAnswerError(f"{where}: answers {reply.status} for a picture that the profile names")
        return reply.body


def _path(parts: SplitResult) -> str:
    return parts.path + (f"?{parts.query}" if parts.query else "")

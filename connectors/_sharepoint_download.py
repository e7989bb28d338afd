"""Downloads from addresses that SharePoint gives out, already signed: our token never goes there."""

from functools import partial
from urllib.parse import urlsplit

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._graph_settings import App

_ANYTHING = (("GET", r"/[^\s#]*"),)


class Downloads:
    """Files of hosts that end in one of some names; threads may share it."""

    def __init__(self, app: App, hosts: tuple[str, ...]) -> None:
        """Allow these hosts, and what ends in a dot and one of them."""
        self._app, self._hosts = app, hosts
        self._lines: dict[str, AllowedCalls] = {}

    def fetch(self, url: str, size: object) -> bytes:
        """Return the bytes of an address, as many as there are said to be.

        ConfigError for a host that is not allowed, OutsideError for no answer.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        try:
            place = address(f"{parts.scheme}://{parts.netloc}")
        except ValueError:
            place = ""
        if not place or not any(host == one or host.endswith(f".{one}") for one in self._hosts):
            raise ConfigError(
                f"download_hosts: files would come from {host[:100] or 'nowhere'}, and {', '.join(self._hosts)} "
                "are allowed; nothing was asked there"
            )
        line = self._lines.get(place) or self._lines.setdefault(place, self._open(place))
        try:
            path = url.partition("#")[0][len(place) :] or "/"
            return line.call("GET", path, partial(_whole, host, size)).body
        except (CatchlightError, ValueError) as error:
            # Whoever has the address has the file for some minutes: it is never repeated.
            told = error if isinstance(error, _DownloadError) else type(error.__cause__ or error).__name__
            raise OutsideError(f"a download from {host} failed: {told}") from None

    def _open(self, place: str) -> AllowedCalls:
        app = self._app
        return AllowedCalls(Line(place, _ANYTHING, {}, app.ca_file, app.proxy, app.timeout))


class _DownloadError(OutsideError):
    """What came is not the file; its message names no address."""


def _whole(host: str, size: object, reply: Reply) -> None:
    if reply.status != 200:
        raise _DownloadError(f"{host} answers {reply.status}")
    if len(reply.body) != size:
        raise _DownloadError(f"{len(reply.body)} bytes came of {size}")

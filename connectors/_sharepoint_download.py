"""Downloads from addresses that SharePoint gives out, already signed: our token never goes there."""

from urllib.parse import urlsplit

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Line, address
from connectors._graph_settings import App

_ANYTHING = (("GET", r"/[^\s#]*"),)


class Downloads:
    """Files of hosts that end in one of some names; threads may share it."""

    def __init__(self, app: App, hosts: tuple[str, ...]) -> None:
        """Allow these hosts, and what ends in a dot and one of them."""
        self._app, self._hosts = app, hosts
        self._lines: dict[str, AllowedCalls] = {}

    def fetch(self, url: str) -> bytes:
        """Return the bytes of an address; ConfigError for a host that is not allowed, OutsideError for no answer."""
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
            reply = line.call("GET", url.partition("#")[0][len(place) :] or "/")
        except (CatchlightError, ValueError) as error:
            # Whoever has the address has the file for some minutes: it is never repeated.
            raise OutsideError(
                f"{host}: a download failed: {type(error.__cause__ or error).__name__}"
            ) from None
        if reply.status != 200:
            raise OutsideError(f"{host}: a download is answered with {reply.status}")
        return reply.body

    def _open(self, place: str) -> AllowedCalls:
        app = self._app
        return AllowedCalls(Line(place, _ANYTHING, {}, app.ca_file, app.proxy, app.timeout))

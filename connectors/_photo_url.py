"""Photos by an address that a directory names: anybody may have written it, so little of it is believed.

Only hosts that the settings name are asked, over https, and only at addresses of the open internet. Nothing that is
secret goes there. The host's addresses are looked at once and the connection is made to one of those.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit

import httpx
import stamina
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import OutsideError, PhotoError
from catchlight.source import Fetched
from connectors._photo_answer import PATIENCE, VERSION, Download, download, worth
from connectors._photo_bytes import OddError
from connectors._public_address import addresses, is_here, is_public, may_be_ours
from connectors._trust import trusted

_LONGEST = 8_000
_WHOLE = 4  # a whole photo may take so many times the wait for an answer
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = rf"{_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\]"
_ENTRY = rf"(\*\.)?({_LABEL}\.)+[a-z]([a-z0-9-]*[a-z0-9])?|({_HOST}):[1-9][0-9]{{0,4}}"
_PARTS = "/%:@!$&'()*+,;=~-._"
_PORTS = {"https": 443, "http": 80}


def _proxy(url: str) -> str:
    if url and (urlsplit(url).scheme not in _PORTS or not urlsplit(url).hostname):
        message = f"{url.rpartition('@')[2]!r}: a proxy such as http://proxy.example.com:3128"
        raise ValueError(message)
    return url


def _entry(host: str) -> str:
    if not re.fullmatch(_ENTRY, host):
        message = (
            f"{host!r}: the name of a host, such as photos.example.com; *.example.com for all hosts one level below; "
            "host:port, such as hr.internal:8443, for one in your own network or with a port of its own"
        )
        raise ValueError(message)
    return host


class PhotoHosts(BaseModel):
    """Where photos may be downloaded from, when a directory names their addresses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hosts: tuple[Annotated[str, AfterValidator(_entry)], ...] = Field(
        (),
        description="hosts that photos are kept at: photos.example.com, *.example.com for all hosts one level below, "
        "or host:port for one in your own network",
    )
    ca_file: Path | None = Field(None, description="the authority of these hosts, if it is your own")
    proxy: Annotated[str, AfterValidator(_proxy)] = Field(
        "",
        description="a proxy on the way out; it then looks up public hosts, and has to keep to public addresses",
    )
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer; a photo may take four times")


@dataclass(frozen=True, slots=True)
class _Spot:
    """An address that may be asked; ``ours`` when the settings name host and port."""

    scheme: str
    host: str
    port: int
    target: str
    ours: bool


class PhotoUrls:
    """Downloads from the hosts that the settings name; threads may share it."""

    def __init__(self, hosts: PhotoHosts, resolve: Callable[[str, int], Sequence[str]] = addresses) -> None:
        """Prepare; ConfigError for an authority that is no good."""
        self._hosts, self._resolve = hosts, resolve
        self._trusted = trusted(hosts.ca_file) if hosts.ca_file else None
        self._lines: dict[tuple[str, str, int], httpx.HTTPTransport] = {}
        self._turn = threading.Lock()

    def close(self) -> None:
        """Let go of all connections."""
        with self._turn:
            for line in self._lines.values():
                line.close()
            self._lines.clear()

    def fetch(self, url: str, known_version: str = "") -> Download:
        """Return the photo at an address, or that it is still of the known version.

        PhotoError for an address that is not asked, and for what is no photo there; OutsideError when the host is
        unwell. No message repeats the address: whoever has it may have the photo.
        """
        spot = self._spot(url)
        known = known_version if VERSION.fullmatch(known_version) else ""
        try:
            for attempt in stamina.retry_context(on=worth, attempts=3, timeout=PATIENCE):
                with attempt:
                    return self._once(spot, known)
        except OddError as error:
            raise PhotoError("photo.not_a_picture", str(error)) from error
        raise AssertionError  # the loop ends with an answer or an error

    def fetch_for(self, key: str, url: str, known: str) -> Fetched:
        """Return the photo of one person as a source gives it; its version holds for this address only."""
        here = f"{hashlib.blake2b(url.encode(), digest_size=8).hexdigest()} "
        try:
            got = self.fetch(url, known.removeprefix(here) if known.startswith(here) else "")
        except PhotoError as error:
            return Fetched(key, problem=error)
        return Fetched(key, got.picture, here + got.version, same=got.same)

    def _spot(self, url: str) -> _Spot:
        """Take an address apart; PhotoError unless it may be asked."""
        try:
            parts = urlsplit(url.strip(" "))
            port = _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
        except ValueError as error:
            raise _no("is none: write it as https://photos.example.com/anna.jpg") from error
        host = (parts.hostname or "").join("[]" if ":" in (parts.hostname or "") else ("", ""))
        if re.search(r"[\x00-\x1f\x7f\\]", url) or len(url) > _LONGEST or "@" in parts.netloc:
            raise _no("has a name, a password or signs in it that do not belong there")
        if parts.scheme not in _PORTS or not re.fullmatch(_HOST, host):
            raise _no("is not one of https with the name of a host in plain letters")
        ours = f"{host}:{port}" in self._hosts.hosts
        if not ours and parts.scheme != "https":
            raise _no("is not one of https")
        if not ours and not self._named(host, port):
            where = host if port == _PORTS["https"] else f"{host}:{port}"
            raise _no(f"is at {where[:100]}, which photo_hosts.hosts does not name; nothing was asked there")
        return _Spot(parts.scheme, host, port, _target(parts), ours)

    def _named(self, host: str, port: int) -> bool:
        above = f"*.{host.partition('.')[2]}"
        return port == _PORTS["https"] and not {host, above}.isdisjoint(self._hosts.hosts)

    def _once(self, spot: _Spot, known: str) -> Download:
        until, failed = time.monotonic() + _WHOLE * self._hosts.timeout, ""
        for address in self._checked(spot):
            if time.monotonic() > until:
                break
            try:
                with self._answer(spot, address, known) as response:
                    return download(spot.host, response, known, until)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = str(error) or type(error).__name__
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise OutsideError(f"{spot.host}: {str(error) or type(error).__name__}") from error
        raise OutsideError(f"{spot.host}: {failed or 'has no address now'}")

    def _checked(self, spot: _Spot) -> Sequence[str]:
        """Return the addresses of a host; PhotoError unless all of them may be asked."""
        if self._hosts.proxy and not spot.ours:
            return [spot.host]
        found = self._resolve(spot.host.strip("[]"), spot.port)
        allowed = may_be_ours if spot.ours else is_public
        if not all(allowed(one) for one in found):
            raise _no(
                f"is at {spot.host}, which leads into a private network; if that is meant, name "
                f"{spot.host}:{spot.port} in photo_hosts.hosts"
            )
        if spot.scheme != "https" and not all(is_here(one) for one in found):
            raise _no("is not one of https, and not on this machine")
        return found

    @contextmanager
    def _answer(self, spot: _Spot, address: str, known: str) -> Iterator[httpx.Response]:
        """Ask at an address that was looked at; the certificate still has to be the host's."""
        headers = {
            "Host": spot.host if _PORTS[spot.scheme] == spot.port else f"{spot.host}:{spot.port}",
            "Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Catchlight",
        }  # fmt: skip
        if known:
            headers["If-None-Match" if known.startswith('"') else "If-Modified-Since"] = known
        url = httpx.URL(
            scheme=spot.scheme, host=address, port=spot.port, raw_path=spot.target.encode("ascii")
        )
        timeout = httpx.Timeout(self._hosts.timeout).as_dict()
        more = {"sni_hostname": spot.host.strip("[]"), "timeout": timeout}
        response = self._line(spot).handle_request(
            httpx.Request("GET", url, headers=headers, extensions=more)
        )
        try:
            yield response
        finally:
            response.close()

    def _line(self, spot: _Spot) -> httpx.HTTPTransport:
        """Return the connections to one host: they are never another's at the same address.

        They are without what a client adds: cookies, redirects, proxies and passwords of the environment.
        """
        key = (spot.scheme, spot.host, spot.port)
        with self._turn:
            if key not in self._lines:
                if spot.scheme == "https":
                    self._trusted = self._trusted or trusted(None)
                proxy = None if spot.ours else self._hosts.proxy or None
                verify = self._trusted or False  # False only where there is no TLS
                self._lines[key] = httpx.HTTPTransport(verify=verify, trust_env=False, proxy=proxy)
            return self._lines[key]


def _no(why: str) -> PhotoError:
    return PhotoError("photo.elsewhere", f"the photo's address {why}")


def _target(parts: SplitResult) -> str:
    query = f"?{quote(parts.query, safe=_PARTS + '?[]')}" if parts.query else ""
    return (quote(parts.path, safe=_PARTS) or "/") + query

"""HTTP to one address, and only the calls that a connector needs: whatever goes wrong above, no other is made.

Bounded in time and size, without redirects, and without proxies that the settings do not name.
"""

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import stamina

from catchlight.errors import ConfigError, OutsideError
from connectors._bodies import Into, Reading, whole
from connectors._pace import Pace
from connectors._trust import trusted

_PATIENCE = 120.0  # seconds for one call with all its tries; longer waits are left to the next run
_BUSY = {429, 503}
_UNWELL = {408, 425, 500, 502, 504, 598}
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_READS = {"GET", "HEAD", "OPTIONS", "PROPFIND"}
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; ``url`` is for messages."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the object that was answered; OutsideError for anything else."""
        try:
            told = json.loads(self.body)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise OutsideError(f"{self.url}: answers {self.status} without a JSON object")
        return told


@dataclass(frozen=True, slots=True)
class Line:
    """Where calls go, what they carry, and which are allowed: (method, pattern of the path below the address).

    ``sign`` gives headers that end sooner than we do, such as an access token's: it is asked for each call,
    and with True when the server took the last ones no more (401), once. ``pace`` is the vendor's. ``busy``
    tells answers that mean «later» where a vendor says so otherwise than by 429 or 503; ``later`` is for how many
    seconds a busy server that says none is left alone at first, and twice as long each time after. ``waits`` reads
    from headers for how long, where a vendor says so otherwise than by Retry-After. ``tries`` is how often a call is
    made at most.
    """

    address: str
    allowed: Sequence[tuple[str, str]]
    headers: Mapping[str, str] = field(repr=False)
    ca_file: Path | None = None
    proxy: str = ""
    timeout: float = 30
    sign: Callable[[bool], Mapping[str, str]] | None = field(default=None, repr=False)
    pace: Pace = field(default_factory=Pace)
    busy: Callable[[Reply], bool] = lambda _: False
    later: float = 0
    waits: Callable[[Mapping[str, str]], float] = lambda _: 0.0
    tries: int = 5


class UnwellError(OutsideError):
    """The server answered that it failed; what it was asked may be done all the same. ``body`` is how it says so."""

    def __init__(self, message: str, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status, self.body = status, body


class _BusyError(OutsideError):
    """The server wants us to try again later; it did nothing. ``seconds`` is 0 when it does not say when."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class _UnsentError(OutsideError):
    """No connection came about: nothing was sent."""


class AllowedCalls:
    """A pool of connections to one address; threads may share it."""

    def __init__(self, line: Line, client: httpx.Client | None = None) -> None:
        """Prepare, over the connections of ``client`` if any; ConfigError for an authority or proxy that is no good."""
        self._line = line
        self._client = client or _client(line)

    def call(
        self, method: str, path: str, check: Callable[[Reply], object] = lambda _: None, **content: Any
    ) -> Reply:
        """Make one call and return its answer, whatever its status; OutsideError when the server stays unwell.

        What reads is tried again; what writes only when the server surely did nothing. ``check`` raises OutsideError
        for an answer that makes no sense, such as a page of a proxy. ValueError for a call that is not among the
        allowed.
        """
        return self._tried(method, path, check, content, whole)

    def download(
        self, path: str, into: Into, check: Callable[[Reply], object] = lambda _: None, **content: Any
    ) -> Reply:
        """Make one call that reads, its answer written to a file: the body of a reply is empty when it is there."""
        return self._tried("GET", path, check, content, into.read, max(_PATIENCE, into.seconds))

    def _tried(
        self,
        method: str,
        path: str,
        check: Callable[[Reply], object],
        content: Mapping[str, Any],
        read: Reading,
        patience: float = _PATIENCE,
    ) -> Reply:
        if not any(method == verb and re.fullmatch(pattern, path) for verb, pattern in self._line.allowed):
            message = f"{method} {path[:100]!r} is not a call that this connector makes"
            raise ValueError(message)
        worth = OutsideError if method == "GET" else (_BusyError, _UnsentError)
        waits = (self._line.later * 2**turn for turn in range(self._line.tries))
        for attempt in stamina.retry_context(
            on=lambda error: _worth(error, worth, waits), attempts=self._line.tries, timeout=patience
        ):
            with attempt:
                reply = self._signed(method, path, content, read)
                check(reply)
                return reply
        raise AssertionError  # the loop ends with an answer or an error

    def signed(self, sign: Callable[[bool], Mapping[str, str]]) -> "AllowedCalls":
        """Return the same calls over the same connections, at the same pace, in another name."""
        return AllowedCalls(replace(self._line, sign=sign), self._client)

    def _signed(self, method: str, path: str, content: Mapping[str, Any], read: Reading) -> Reply:
        sign = self._line.sign
        if sign is None:
            return self._once(method, path, content, read)
        asked = dict(content.get("headers") or {})
        reply = self._once(
            method, path, {**content, "headers": {**asked, **_headers(sign, renew=False)}}, read
        )
        if reply.status != 401:
            return reply
        return self._once(method, path, {**content, "headers": {**asked, **_headers(sign, renew=True)}}, read)

    def _once(self, method: str, path: str, content: Mapping[str, Any], read: Reading) -> Reply:
        with self._line.pace.turn(writes=method not in _READS):
            reply = self._answer(method, path, content, read)
        try:
            return _useful(reply, busy=self._line.busy(reply))
        except _BusyError as error:
            error.seconds = error.seconds or self._line.waits(reply.headers)
            self._line.pace.rest(min(error.seconds, _PATIENCE))
            raise

    def _answer(self, method: str, path: str, content: Mapping[str, Any], read: Reading) -> Reply:
        url, until = self._line.address + path, time.monotonic() + 2 * self._line.timeout
        try:
            with self._client.stream(method, url, **content) as response:
                body = read(response, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = f"{url}: {str(error) or type(error).__name__}"
            raise (_UnsentError if isinstance(error, _UNSENT) else OutsideError)(why) from error
        return Reply(url, response.status_code, dict(response.headers), body)


def _client(line: Line) -> httpx.Client:
    try:
        return httpx.Client(
            verify=trusted(line.ca_file), proxy=line.proxy or None, trust_env=False, follow_redirects=False,
            timeout=line.timeout, headers={"Accept-Encoding": "identity", **line.headers},
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(f"proxy {line.proxy.rpartition('@')[2]}: cannot be used: {error}") from error


def address(url: str) -> str:
    """Return an address without the slash at its end; ValueError unless it is https, or on this machine."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not safe or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        message = (
            f"{url!r}: an address such as https://id.example.com/scim/v2; secrets travel over https only"
        )
        raise ValueError(message)
    return url.rstrip("/")


def _headers(sign: Callable[[bool], Mapping[str, str]], *, renew: bool) -> Mapping[str, str]:
    """Return what a call carries; where that cannot be had now, the call was not made."""
    try:
        return sign(renew)
    except _BusyError:
        raise
    except OutsideError as error:
        raise _UnsentError(str(error)) from error


def _useful(reply: Reply, *, busy: bool) -> Reply:
    """Return an answer of the server's own; raise for one that only says to come later, or to go elsewhere."""
    if busy or reply.status in _BUSY:
        raise _BusyError(f"{reply.url}: answers {reply.status}: too busy", seconds_to_wait(reply.headers))
    if reply.status in _UNWELL:
        raise UnwellError(f"{reply.url}: answers {reply.status}", reply.status, reply.body)
    if 300 <= reply.status < 400 and reply.status != 304:
        raise ConfigError(f"{reply.url}: leads elsewhere ({reply.status}), and our secret is not sent there")
    return reply


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return for how long a server wants us to wait: seconds or a date, 0 when it does not say."""
    said = headers.get("retry-after", "")
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _worth(
    error: Exception, worth: type[Exception] | tuple[type[Exception], ...], waits: Iterator[float]
) -> bool | float:
    """Say whether a call is worth another try, and after how many seconds where that is known."""
    if isinstance(error, _BusyError):
        seconds = error.seconds or next(waits, 0.0) * random.uniform(1, 1.3)  # noqa: S311  spreads threads out
        return (seconds or True) if seconds <= _PATIENCE else False
    return isinstance(error, worth)

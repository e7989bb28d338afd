"""One pinned file over HTTP: continued where it stopped, refused when it is another file."""

import hashlib
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import certifi
import httpx
import stamina

from catchlight.errors import ConfigError, OutsideError

Told = Callable[[int], None]


class Pinned(Protocol):
    """What must be known of a file before it is downloaded; ``size`` is in bytes."""

    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...


def open_client(
    *, cert: str = "", client_cert: str = "", proxy: str = "", timeout: float = 60
) -> httpx.Client:
    """Return a client that trusts ``cert``, or else the system's and the bundled authorities."""
    cert = cert or os.environ.get("REQUESTS_CA_BUNDLE", "")
    try:
        trusted = _trusted(cert, client_cert)
    except OSError as error:
        message = f"certificate {cert or client_cert}: cannot be used: {error}"
        raise ConfigError(message) from error
    return httpx.Client(verify=trusted, proxy=proxy or None, timeout=timeout, follow_redirects=True)


def _trusted(cert: str, client_cert: str) -> ssl.SSLContext:
    if cert:
        folder = Path(cert).is_dir()
        trusted = ssl.create_default_context(cafile=None if folder else cert, capath=cert if folder else None)
    else:
        trusted = ssl.create_default_context()
        trusted.load_verify_locations(certifi.where())
    if client_cert:
        trusted.load_cert_chain(client_cert)
    return trusted


def login(url: str) -> httpx.Auth | None:
    """Return what the user's netrc says for ``url``; a name inside the URL goes first."""
    if "@" in urlsplit(url).netloc:
        return None
    try:
        return httpx.NetRCAuth()
    except (OSError, SyntaxError):
        return None


def masked(url: str) -> str:
    """Return ``url`` without password, query and fragment, fit for a message."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def refuse(response: httpx.Response, url: str) -> None:
    """Raise ConfigError for an answer that stays, OutsideError for one worth another try."""
    status = response.status_code
    if status in {408, 425, 429} or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        message = f"{masked(url)}: the server answers {status}"
        raise OutsideError(message)
    if status in {401, 403, 407}:
        message = f"{masked(url)}: the server answers {status}: it wants another name and password"
        raise ConfigError(message)
    if status >= httpx.codes.BAD_REQUEST:
        message = f"{masked(url)}: the server answers {status}: the file is not there"
        raise ConfigError(message)


def download(client: httpx.Client, url: str, wanted: Pinned, folder: Path, told: Told) -> Path:
    """Return ``folder / wanted.file`` with exactly the pinned bytes.

    What an interrupted download left is continued. ``told`` hears the bytes so far. Raises
    ConfigError when the server has another file, OutsideError when it cannot be reached.
    """
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{wanted.file}.{wanted.sha256[:12]}.partial"
    for attempt in stamina.retry_context(on=OutsideError, attempts=6, timeout=None):
        with attempt:
            continued = _continue(client, url, wanted, partial, told)
            _accept(partial, wanted, url, continued=continued)
    return partial.replace(folder / wanted.file)


def _continue(client: httpx.Client, url: str, wanted: Pinned, partial: Path, told: Told) -> bool:
    """Append what is missing; return whether older bytes were kept."""
    start = partial.stat().st_size if partial.exists() else 0
    if start >= wanted.size:
        return True
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        with client.stream("GET", url, headers=headers, auth=login(url)) as response:
            start = _first_byte(response, url, start)
            _write(response, partial, start, wanted, told)
    except httpx.TransportError as error:
        message = f"{masked(url)}: {error or type(error).__name__}"
        raise OutsideError(message) from error
    return start > 0


def _first_byte(response: httpx.Response, url: str, start: int) -> int:
    """Return which byte the answer begins with; 0 when the server cannot continue."""
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        return 0
    refuse(response, url)
    continues = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
    return start if response.status_code == httpx.codes.PARTIAL_CONTENT and continues else 0


def _write(response: httpx.Response, partial: Path, start: int, wanted: Pinned, told: Told) -> None:
    done = start
    with partial.open("ab" if start else "wb") as file:
        if not response.is_success:
            return
        # No chunk size: it would hold back, and lose, what came before a connection broke.
        for piece in response.iter_raw():
            done += file.write(piece[: wanted.size + 1 - done])
            told(done)
            if done > wanted.size:
                return


def _accept(partial: Path, wanted: Pinned, url: str, *, continued: bool) -> None:
    """Keep a partial that only lacks its end; delete one that cannot become the pinned file."""
    size = partial.stat().st_size
    if size < wanted.size:
        message = f"{masked(url)}: ended after {size} of {wanted.size} bytes"
        raise OutsideError(message)
    with partial.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if size == wanted.size and digest == wanted.sha256:
        return
    partial.unlink()
    what = f"sha256 {digest}" if size == wanted.size else f"more than {wanted.size} bytes"
    message = f"{masked(url)}: {what}, expected sha256 {wanted.sha256}; it is not the pinned file"
    raise OutsideError(message) if continued else ConfigError(message)

"""Where the review server listens: address and certificate, refused when faces would travel in the clear."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.holding import held
from catchlight.loopback import is_here
from catchlight.policy import Policy

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared with, not listened to


@dataclass(frozen=True, slots=True)
class Place:
    """An address to listen at, and the certificate to show there (None: plain http)."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        """The address as people would type it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def choose(policy: Policy, host: str, port: int | None, cert: Path | None, key: Path | None) -> Place:
    """Return where to listen: what the command says, else the policy; ConfigError when that is not safe."""
    place = Place(host or policy.server.host, policy.server.port if port is None else port, _tls(cert, key))
    if place.tls is None and not is_here(place.host) and not policy.server.proxies:
        message = (
            f"--host {place.host}: faces travel over https only; give --cert and --key, or listen at 127.0.0.1 "
            "behind a reverse proxy, or name the proxy in server.proxies of review.toml"
        )
        raise ConfigError(message)
    if place.tls and "url" in policy.model_fields_set and policy.url.startswith("http://"):
        message = f"url: {policy.url} begins with http, but the server is given a certificate; write https"
        raise ConfigError(message)
    return place


def reached_at(policy: Policy, place: Place) -> Policy:
    """Return the policy with the address that people use: ours, where review.toml names none."""
    if "url" in policy.model_fields_set:
        return policy
    if place.host in _EVERYWHERE:
        message = f'url: --host {place.host} is no address that people can use; write in review.toml: url = "https://…"'
        raise ConfigError(message)
    return policy.model_copy(update={"url": place.url})


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home for one review server: sign-ins under way and rates are counted in its memory."""
    lock = home / "review.lock"
    holder = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    busy = f"--home {home}: a review server is at work here already (process {holder})"
    with held(lock, busy) as file:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        message = "--cert, --key: give both files (PEM), or none"
        raise ConfigError(message)
    _require_private(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key, password="")  # an empty one: a server asks nobody for it
    except (OSError, ValueError) as error:
        message = (
            f"--cert {cert}, --key {key}: cannot be used: {error}; both are PEM, the key without a password"
        )
        raise ConfigError(message) from error
    return context


def _require_private(key: Path) -> None:
    try:
        mode = key.stat().st_mode
    except OSError as error:
        message = f"--key {key}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if mode & 0o027:  # a group of its own may read it, as Debian's ssl-cert
        message = f"--key {key}: others may read this key; make it yours alone: chmod 600 {key}"
        raise ConfigError(message)

"""LDAP itself: one encrypted connection, kept and re-opened, that lists entries and replaces one attribute.

The only place that knows ldap3, which raises for lost connections but not for what a server refuses.
"""

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import stamina

from catchlight.errors import ConfigError, OutsideError
from connectors._ldap_words import Code, RefusedError, why_not_listed
from connectors._trust import trusted

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ldap3 2.9.1 uses old names of pyasn1
    import ldap3  # type: ignore[import-untyped]
    from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError  # type: ignore[import-untyped]

_PAGED = "1.2.840.113556.1.4.319"
_ATTEMPTS = 3
_MOST_PAGES = 10_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Door:
    """Which server, how it is trusted, and who signs in."""

    url: str
    bind_dn: str
    password: str = field(repr=False)
    starttls: bool = False
    ca_file: Path | None = None
    timeout: int = 10
    page: int = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name, and the values by attribute in small letters, as bytes."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    def of(self, name: str) -> tuple[bytes, ...]:
        """Return the values of an attribute, none when it is absent or may not be read."""
        return self.values.get(name.casefold(), ())


class _Tls(ldap3.Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS that is checked by Python and not by ldap3: chain, dates, host name or address."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        super().__init__()
        self._context, self._host = context, host
        self.refused: ssl.SSLCertVerificationError | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - ldap3's own signature
        """Encrypt the connection's socket."""
        try:
            connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            self.refused = error
            raise


class Directory:
    """A directory server; threads take turns. A lost connection is opened anew, at most three times a call."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._tls = _Tls(trusted(door.ca_file), urlsplit(door.url).hostname or "")
        self._turn = threading.RLock()
        self._connection: Any = None

    def search(self, base: str, condition: str, names: Sequence[str]) -> list[Entry]:
        """Return all entries that meet a condition, page by page. ConfigError, OutsideError."""
        return self._again(lambda: [one for page in self._pages(base, condition, names) for one in page])

    def pages(self, base: str, condition: str, names: Sequence[str]) -> Iterator[list[Entry]]:
        """Yield all entries that meet a condition, a page at a time. ConfigError, OutsideError.

        A list cannot be gone on with on another connection: once one is lost it begins anew, and entries come twice.
        """
        for attempt in stamina.retry_context(
            on=OutsideError, attempts=_ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=2
        ):
            with attempt:
                yield from self._pages(base, condition, names)

    def first(self, base: str, condition: str, names: Sequence[str]) -> Entry | None:
        """Return any one entry that meets a condition, None when there is none. ConfigError, OutsideError."""
        return self._again(lambda: self._one(base, condition, names))

    def modify(
        self, dn: str, operation: Literal["REPLACE", "DELETE"], name: str, values: Sequence[bytes]
    ) -> None:
        """Change one attribute of one entry, once; RefusedError with the server's words, OutsideError."""
        with self._turn, self._signed_in() as connection:
            self._ask(connection.modify, dn, {name: [(f"MODIFY_{operation}", list(values))]})

    def close(self) -> None:
        """Say goodbye."""
        with self._turn:
            if self._connection is not None:
                with suppress(LDAPException, OSError):
                    self._connection.unbind()
            self._connection = None

    def _pages(self, base: str, condition: str, names: Sequence[str]) -> Iterator[list[Entry]]:
        cookie: bytes | None = None
        line = None
        for _ in range(_MOST_PAGES):
            with self._turn, self._signed_in() as connection:
                if line not in {None, connection}:
                    raise OutsideError(f"{self._door.url}: the connection was lost in the middle of a list")
                line = connection
                page = {"paged_size": self._door.page, "paged_cookie": cookie}
                try:
                    self._ask(connection.search, base, condition, "SUBTREE", "NEVER", list(names), **page)
                except RefusedError as refused:
                    raise why_not_listed(self._door.url, refused) from refused
                found = [_entry(one) for one in connection.response if _is_entry(one)]
                told = connection.result.get("controls", {}).get(_PAGED, {})
                cookie = told.get("value", {}).get("cookie") or b""
            yield found
            if not cookie:
                return
        raise ConfigError(
            f"page: {self._door.url} gives more than {_MOST_PAGES} pages of {self._door.page}; its list has no end, "
            "or page is too small"
        )

    def _one(self, base: str, condition: str, names: Sequence[str]) -> Entry | None:
        with self._signed_in() as connection:
            try:
                self._ask(connection.search, base, condition, "SUBTREE", "NEVER", list(names), size_limit=1)
            except RefusedError as refused:
                if refused.code != Code.SIZE_LIMIT:
                    raise why_not_listed(self._door.url, refused) from refused
            return next(map(_entry, filter(_is_entry, connection.response)), None)

    def _ask(self, operation: Callable[..., Any], *what: Any, **how: Any) -> None:
        """Do one operation in bounded time; RefusedError unless it succeeded, where ldap3 says nothing."""
        connection = operation.__self__  # type: ignore[attr-defined]  # a method of ldap3's connection
        try:
            with _bounded(connection, self._door.timeout * 2):
                operation(*what, **how)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            # What ldap3 makes of an answer that is no LDAP.
            raise OutsideError(f"{self._door.url}: answers what is no LDAP") from error
        result = connection.result
        if result["result"] != Code.SUCCESS:
            raise RefusedError(result["result"], result["description"], result.get("message") or "")

    def _again(self, ask: Callable[[], _T]) -> _T:
        with self._turn:
            for attempt in stamina.retry_context(
                on=OutsideError, attempts=_ATTEMPTS, wait_initial=0.2, wait_max=2
            ):
                with attempt:
                    return ask()
        raise AssertionError  # the loop ends with an answer or an error

    @contextmanager
    def _signed_in(self) -> Iterator[Any]:
        """Give the connection for one call; what goes wrong with it ends it."""
        try:
            self._connection = self._connection or self._open()
            yield self._connection
        except LDAPInvalidFilterError as error:
            message = f"filter, only: not a filter that LDAP knows: {error}"
            raise ConfigError(message) from error
        except (LDAPException, OSError) as error:
            self.close()
            raise self._lost(error) from error
        except OutsideError:
            self.close()
            raise

    def _open(self) -> Any:
        door, parts = self._door, urlsplit(self._door.url)
        server = ldap3.Server(
            parts.hostname, port=parts.port or (636 if parts.scheme == "ldaps" else 389),
            use_ssl=parts.scheme == "ldaps", tls=self._tls, get_info=ldap3.NONE, connect_timeout=door.timeout,
        )  # fmt: skip
        connection = ldap3.Connection(
            server, user=door.bind_dn, password=door.password, receive_timeout=door.timeout,
            auto_bind=ldap3.AUTO_BIND_NONE, auto_referrals=False, check_names=False,
        )  # fmt: skip
        connection.strategy.socket_size = 1 << 20  # ldap3 copies all that came for each piece that comes
        try:
            self._sign_in(connection)
        except BaseException:
            connection.unbind()
            raise
        return connection

    def _sign_in(self, connection: Any) -> None:
        with _bounded(connection, self._door.timeout * 2):
            connection.open()
            if self._door.starttls:
                connection.start_tls()
        try:
            self._ask(connection.bind)
        except RefusedError as refused:
            raise why_not_listed(self._door.url, refused) from refused

    def _lost(self, error: Exception) -> ConfigError | OutsideError:
        refused, self._tls.refused = self._tls.refused, None
        if refused is not None:
            why = refused.verify_message or refused.reason
            return ConfigError(f"{self._door.url}: its certificate is not trusted: {why}; see ca_file")
        return OutsideError(f"{self._door.url}: {' '.join(str(error).split()) or type(error).__name__}"[:300])


@contextmanager
def _bounded(connection: Any, seconds: float) -> Iterator[None]:
    """End a connection that takes too long altogether, however often a byte comes."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            connection.socket.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(seconds, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _is_entry(found: Mapping[str, Any]) -> bool:
    """Leave out what a server says of other servers."""
    return bool(found["type"] == "searchResEntry")


def _entry(found: Mapping[str, Any]) -> Entry:
    return Entry(found["dn"], {name.casefold(): tuple(v) for name, v in found["raw_attributes"].items()})

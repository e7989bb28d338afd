"""An SFTP server as one thing to call: connected when needed, kept, connected again when it was lost."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

import stamina

from catchlight.errors import CatchlightError, OutsideError
from connectors._sftp_login import LOST, sign_in
from connectors._sftp_settings import Login
from connectors._sftp_wire import RefusedError, Wire

CHANNELS = 4
_ATTEMPTS = 4
_PATIENCE = 60.0
S = TypeVar("S", bound=Login)
T = TypeVar("T")


class _LostError(OutsideError):
    """The connection ended before an answer came."""


class Server(Generic[S]):
    """One connection with a few SFTP channels; every call may come from another thread."""

    def __init__(self, settings: S) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(CHANNELS)
        self._kept: list[Any] = []  # the connection: also the finalizer's only hold on it
        self._idle: list[tuple[Any, Wire]] = []
        weakref.finalize(self, _close_all, self._kept)

    def call(self, work: Callable[[Wire], T]) -> T:
        """Do some work on a channel; when the connection is lost, do it again on a new one.

        So the work must be such that doing it twice is the same as doing it once. Raises ConfigError or
        OutsideError for the connection, and whatever the work raises.
        """
        attempts = stamina.retry_context(
            on=_LostError, attempts=_ATTEMPTS, timeout=_PATIENCE, wait_initial=0.2, wait_max=10
        )
        for attempt in attempts:
            with attempt, self._channel() as wire:
                return work(wire)
        raise AssertionError  # the loop ends with an answer or an error

    def close(self) -> None:
        """Hang up; the next call connects again."""
        with self._lock:
            self._idle.clear()
            _close_all(self._kept)

    @contextmanager
    def _channel(self) -> Iterator[Wire]:
        with self._free:
            connection, wire = self._take()
            sound = False
            try:
                wire.allow(self.settings.longest)
                yield wire
                sound = True
            except (RefusedError, CatchlightError):
                sound = True  # an answer came, only not the one that was hoped for
                raise
            except LOST as error:
                raise self._lost(error) from error
            finally:
                self._give(connection, wire) if sound else self._drop(connection)

    def _take(self) -> tuple[Any, Wire]:
        """Return a free channel, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            fresh = not self._kept
            connection = self._connected()
            try:
                channel = connection.get_transport().open_session(timeout=self.settings.timeout)
                channel.settimeout(self.settings.timeout)
                channel.invoke_subsystem("sftp")
                return connection, Wire(channel)
            except LOST as error:
                self._forget(connection)
                raise (self._let_in_only(error) if fresh else self._lost(error)) from error

    def _connected(self) -> Any:
        if not self._kept:
            try:
                self._kept.append(sign_in(self.settings))
            except OutsideError as error:
                raise _LostError(str(error)) from error
        return self._kept[0]

    def _give(self, connection: Any, wire: Wire) -> None:
        with self._lock:
            if connection in self._kept:
                self._idle.append((connection, wire))

    def _drop(self, connection: Any) -> None:
        with self._lock:
            self._forget(connection)

    def _forget(self, connection: Any) -> None:
        if connection in self._kept:
            self._idle.clear()
            _close_all(self._kept)

    def _let_in_only(self, error: BaseException) -> _LostError:
        """Return what it may mean that a server takes our key or password, and then opens no SFTP."""
        user = self.settings.username
        return _LostError(
            f"{self.settings.host}:{self.settings.port} let {user} in and then opened no SFTP "
            f"({str(error) or type(error).__name__}). Where that stays so, the password of {user} may have expired and have "
            f"to be changed, also where a key is used, or this account may have no right to SFTP: the server's "
            f"administrator sees it in its log, and by chage -l {user}"
        )

    def _lost(self, error: BaseException) -> _LostError:
        where = f"{self.settings.host}:{self.settings.port}"
        return _LostError(f"{where}: the connection was lost: {str(error) or type(error).__name__}")


def _close_all(connections: list[Any]) -> None:
    while connections:
        with suppress(Exception):
            connections.pop().close()

"""HTTP for strangers: whoever sends a request a letter at a time does not hold a connection for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 20.0  # for the head of a request; uvicorn itself waits without end


class Protocol(H11Protocol):
    """uvicorn's protocol with a limit for the head of each request."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on while the head of a request is not complete."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._done()
        elif self._due is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._done()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._due = self.loop.call_later(SECONDS, self.transport.close)

    def _done(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

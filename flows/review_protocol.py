"""HTTP for strangers: whoever sends a request a letter at a time does not hold a connection for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 20.0  # for the head of a request, and for each step of its body; uvicorn itself waits without end
STEP = 20_000  # bytes of a body that must come in that time: 8 kbit a second, less than any telephone


class Protocol(H11Protocol):
    """uvicorn's protocol with a limit for the head of each request, and a least pace for its body."""

    _due: asyncio.TimerHandle | None = None
    _head = True
    _come = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on while a request is not complete; a body that moves on gets more time."""
        super().data_received(data)
        state, self._come = self.conn.their_state, self._come + len(data)
        if state not in (h11.IDLE, h11.SEND_BODY):
            self._done()
        elif (
            self._due is None or self._head != (state is h11.IDLE) or (not self._head and self._come >= STEP)
        ):
            self._head, self._come = state is h11.IDLE, 0
            self._done()
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

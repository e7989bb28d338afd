"""What every server of ours begins with: a socket that is ours, and an event that signals set."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from catchlight.errors import ConfigError


def listen(host: str, port: int, option: str, backlog: int | None = None) -> socket.socket:
    """Return a socket that listens; ConfigError names the option when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        message = (
            f"{option} {port}: cannot listen at {host}: {error.strerror}; "
            f"stop the other server, or choose another port with {option}"
        )
        raise ConfigError(message) from error


@contextmanager
def stopped_by_signals(stopped: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM set the event; a second one is heard no louder."""
    before = {one: signal.signal(one, lambda *_: stopped.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

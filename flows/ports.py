"""Whether the ports that we listen at are free."""

import socket
from collections.abc import Iterator
from pathlib import Path

from catchlight.checkup import Finding, State
from catchlight.errors import ConfigError
from catchlight.policy import load_policy

FLOWS, STATUS = 4200, 8481


def look_at_ports(home: Path) -> Iterator[Finding]:
    """Try each port of ``catchlight serve``; one that is taken may be ours, at work already."""
    try:
        review = load_policy(home).server
    except ConfigError:  # review.toml has its own line
        return
    for name, host, port in (
        ("flows", "127.0.0.1", FLOWS),
        ("review pages", review.host, review.port),
        ("health and figures", "127.0.0.1", STATUS),
    ):
        yield _look(name, host, port)


def _look(name: str, host: str, port: int) -> Finding:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return Finding(State.OK, f"Port {port}", f"free ({name})")
    except OSError as error:
        remedy = "good when catchlight serve runs; else stop the other program, or choose another port"
        return Finding(State.WARN, f"Port {port}", f"{error.strerror} ({name})", remedy)

"""Servers that run beside a command for as long as it lasts: started, waited for, ended with all that they started."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catchlight.errors import OutsideError
from catchlight.private import private_file
from flows import prefect_database
from flows.listening import listen

PATIENCE = 120.0  # seconds until a server must answer
_LITTLE = 200e6  # bytes of a disk with which a server may have ended for want of room


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours, what people call it, and the file that holds what it says."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, seconds: float = 5) -> None:
        """Ask it to end; after ``seconds`` end it, and whatever it started."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):  # a group of its own: flows that it runs are in it
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    name: str, module: Sequence[str], log: Path, environment: Mapping[str, str], grace: float = 0
) -> Child:
    """Start ``python -m module…`` in a session of its own (Ctrl-C is for us to answer); it follows this process.

    When this process is killed the child has ``grace`` seconds to put things away.
    """
    command = [sys.executable, "-m", "flows.follow", str(os.getpid()), str(grace), *module]
    with private_file(log).open("ab") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=os.environ | dict(environment),
            start_new_session=True,
        )
    return Child(name, process, log)


def wait_for(child: Child, address: str, patience: float = PATIENCE) -> None:
    """Return when the address answers; OutsideError, with the log, when the child ends before or takes too long."""
    wait_until(child, lambda: answers(address), patience)


def wait_until(child: Child, ready: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return when the child is ready; OutsideError, with the log, when it ends before or takes too long."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if child.process.poll() is not None:
            message = f"{child.name} ended at its start: {cause(child.log)}; then run again"
            raise OutsideError(message)
        if ready():
            return
        time.sleep(0.1)
    message = f"{child.name} did not answer within {patience:.0f} s; see {child.log}"
    raise OutsideError(message)


def cause(log: Path) -> str:
    """Return where to look for why a part ended: a disk without room takes no line in a log."""
    left = shutil.disk_usage(log.parent).free
    if left < _LITTLE:
        return f"the disk of {log.parent} has {left / 1e6:.0f} MB left, make room"
    if not log.is_file() or not log.stat().st_size:
        return f"{log} is empty, catchlight doctor looks for more"
    return prefect_database.too_new(log) or f"see {log}"


def answers(address: str) -> bool:
    """Whether a server of ours says that it is well."""
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  our own http or https address
            return True
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """Return a port of loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def claim_port(host: str, port: int, option: str) -> int:
    """Return the port (a free one for 0); ConfigError when somebody else listens there."""
    with listen(host, port, option) as probe:
        return int(probe.getsockname()[1])
